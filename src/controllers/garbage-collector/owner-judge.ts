import type { ApiClient } from '../../apiserver/client.ts';
import type { ApiObject, OwnerReference } from '../../scheme/object.ts';
import { parseApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import type { ObjectFinder } from './object-finder.ts';
import { placeOfOwner, stateOfOwner } from './owner-places.ts';
import type { JudgedOwner, OwnerState } from './plan.ts';
import type { ResourceMap } from './resource-map.ts';

/** Owners that were found gone are remembered: a uid never comes back. */
const MAX_REMEMBERED = 10_000;

export interface OwnerJudgeOptions {
  readonly client: ApiClient;
  readonly finder: ObjectFinder;
  readonly resources: ResourceMap;
  /** Where there are objects of namespaces. */
  readonly namespaces: () => Iterable<string>;
  /** The reference breaks the rule that owners are in the same namespace, or have none. */
  readonly onInvalidNamespace: (object: ApiObject, reference: OwnerReference) => void;
}

/** `elsewhere`: it is in another namespace, and so no owner. */
type FoundOwner = OwnerState | 'elsewhere';

/**
 * Tells whether owners exist. What an informer shows exists; what it does not show is asked of the store before anything
 * is deleted for it, once an owner and not once a dependent.
 */
export class OwnerJudge {
  readonly #options: OwnerJudgeOptions;
  readonly #absent = new Map<string, Promise<FoundOwner>>();

  constructor(options: OwnerJudgeOptions) {
    this.#options = options;
  }

  judge(object: ApiObject): Promise<readonly JudgedOwner[]> {
    const references = object.metadata.ownerReferences ?? [];
    return Promise.all(references.map((reference) => this.#judgeOne(object, reference)));
  }

  /** The owner, when an informer shows it: an answer without a question to the store. */
  find(object: ApiObject, reference: OwnerReference): ApiObject | undefined {
    const resource = this.#options.resources.ofReference(reference);
    if (!resource) return undefined;
    const { name, uid } = reference;
    const namespace = resource.namespaced ? (object.metadata.namespace ?? '') : '';
    return this.#options.finder.find(resource, { namespace, name, uid });
  }

  /** Its deletion was seen, by which it is known to be gone even when nobody serves its kind any more. */
  noteGone({ group, kind }: ResourceDefinition, { metadata }: ApiObject): void {
    const { namespace = '', name = '', uid = '' } = metadata;
    this.#remember(toPlaceKey({ group, kind, namespace, name, uid }), Promise.resolve('absent'));
  }

  async #judgeOne(object: ApiObject, reference: OwnerReference): Promise<JudgedOwner> {
    const resource = this.#options.resources.ofReference(reference);
    const place = placeOfOwner(resource, object);
    if (place.type === 'forbidden') this.#options.onInvalidNamespace(object, reference);
    if (place.type === 'unserved') {
      return { reference, state: this.#isKnownGone(object, reference) ? 'absent' : 'unknown' };
    }
    if (!resource || place.type !== 'namespace') return { reference, state: 'unknown' };
    const owner = this.find(object, reference);
    if (owner) return { reference, state: stateOfOwner(owner, reference.uid) };
    const found = await this.#askStore(resource, place.namespace, reference);
    if (found !== 'elsewhere') return { reference, state: found, isUnseen: found !== 'absent' };
    this.#options.onInvalidNamespace(object, reference);
    return { reference, state: 'absent' };
  }

  /** Of a kind that nobody serves it is not known whether its objects are in namespaces. */
  #isKnownGone({ metadata }: ApiObject, { apiVersion, kind, name, uid }: OwnerReference): boolean {
    const { group } = parseApiVersion(apiVersion);
    return ['', metadata.namespace ?? ''].some((namespace) =>
      this.#absent.has(toPlaceKey({ group, kind, namespace, name, uid })),
    );
  }

  #askStore(
    resource: ResourceDefinition,
    namespace: string,
    reference: OwnerReference,
  ): Promise<FoundOwner> {
    const { group, kind } = resource;
    const { name, uid } = reference;
    const key = toPlaceKey({ group, kind, namespace, name, uid });
    const known = this.#absent.get(key);
    if (known !== undefined) return known;
    const answer = this.#readState(resource, namespace, reference).then((state) => {
      if (state !== 'absent' && state !== 'elsewhere') this.#absent.delete(key);
      return state;
    });
    this.#remember(key, answer);
    // Whoever awaits the answer sees the failure; the memory only must not keep it.
    answer.catch(() => this.#absent.delete(key));
    return answer;
  }

  async #readState(
    resource: ResourceDefinition,
    namespace: string,
    { name, uid }: OwnerReference,
  ): Promise<FoundOwner> {
    if (resource.namespaced && this.#isElsewhere(resource, { name, uid })) return 'elsewhere';
    const target = resource.namespaced ? { namespace, name } : { name };
    return stateOfOwner(await ignoreNotFound(this.#options.client.get(resource, target)), uid);
  }

  /** Asked once an absent owner; by name, so that not every object of its kind is looked at. */
  #isElsewhere(resource: ResourceDefinition, owner: Pick<OwnerReference, 'name' | 'uid'>): boolean {
    const { finder, namespaces } = this.#options;
    for (const namespace of namespaces()) {
      if (finder.find(resource, { ...owner, namespace })) return true;
    }
    return false;
  }

  #remember(key: string, answer: Promise<FoundOwner>): void {
    if (this.#absent.size >= MAX_REMEMBERED) {
      const [oldest] = this.#absent.keys();
      if (oldest !== undefined) this.#absent.delete(oldest);
    }
    this.#absent.set(key, answer);
  }
}

interface OwnerPlaceKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** All that a reference says is part of it: of two references to one uid, one may be wrong, in its name or by its namespace. */
function toPlaceKey({ group, kind, namespace, name, uid }: OwnerPlaceKey): string {
  return `${uid}|${kind}.${group}|${namespace}|${name}`;
}
