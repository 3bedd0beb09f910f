import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';

/** An object that has owners: where it is. What it says is in its informer. */
export interface Dependent {
  readonly resource: ResourceDefinition;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface Entry {
  readonly dependent: Dependent;
  readonly ownerUids: readonly string[];
}

const NONE: ReadonlySet<Dependent> = new Set();

/**
 * Who depends on whom, by uid. It holds the objects that have owners and nothing of them but their place, so that it costs
 * little beside the informers that feed it. A change costs as much as the object has owners.
 */
export class DependencyGraph {
  readonly #entries = new Map<string, Entry>();
  readonly #dependents = new Map<string, Set<Dependent>>();

  /** How many objects have owners. */
  get size(): number {
    return this.#entries.size;
  }

  /** Follows an addition or a change of `object`. */
  put(resource: ResourceDefinition, { metadata }: ApiObject): void {
    const { uid = '', namespace = '', name = '', ownerReferences = [] } = metadata;
    const entry = this.#entries.get(uid);
    if (!entry && ownerReferences.length === 0) return;
    const ownerUids = ownerReferences.map((reference) => reference.uid);
    if (entry && sameValues(entry.ownerUids, ownerUids)) return;
    this.remove(uid);
    if (ownerUids.length === 0) return;
    const dependent = entry?.dependent ?? { resource, namespace, name, uid };
    this.#entries.set(uid, { dependent, ownerUids });
    for (const ownerUid of ownerUids) {
      const dependents = this.#dependents.get(ownerUid);
      if (dependents) dependents.add(dependent);
      else this.#dependents.set(ownerUid, new Set([dependent]));
    }
  }

  /** Follows the end of the object of this uid. */
  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#entries.delete(uid);
    for (const ownerUid of entry.ownerUids) {
      const dependents = this.#dependents.get(ownerUid);
      dependents?.delete(entry.dependent);
      if (dependents?.size === 0) this.#dependents.delete(ownerUid);
    }
  }

  /** Live: whoever awaits while walking it copies it first. */
  dependentsOf(ownerUid: string): ReadonlySet<Dependent> {
    return this.#dependents.get(ownerUid) ?? NONE;
  }
}

function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
