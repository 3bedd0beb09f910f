import type { ApiClient } from '../../apiserver/client.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import {
  INDEX_CONTROLLER_UID,
  type Informer,
  type InformerFactory,
} from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { appsControllerRevisions } from '../../scheme/generated/resources.ts';
import type { ControllerRevision } from '../../scheme/generated/types/apps-v1.ts';
import { isRevisionOf } from '../../scheme/groups/apps/controller-revisions.ts';
import { controllerOf } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { ignoreNotFound } from './api-errors.ts';
import { addOrphanIndex, claim, orphansIn, planClaims } from './claims.ts';
import {
  inOrder,
  newRevision,
  planRevision,
  type RevisionOwner,
  superfluousRevisions,
} from './revision-plan.ts';

export interface RevisionHistoryOptions<T extends RevisionOwner> {
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly ref: ResourceRef<T>;
  /** The label that has the hash of a revision's template. */
  readonly hashLabel: string;
}

/** The revisions of an owner, its present one included, and how many hashes met so far. */
export interface Revisions {
  /** Oldest first; the last is the present one. */
  readonly all: readonly ControllerRevision[];
  /** That of the owner's present template. */
  readonly update: ControllerRevision;
  readonly collisionCount: number | undefined;
}

/** The ControllerRevisions of owners: one for each template, numbered as they come to be, and let go by the owner's limit. */
export class RevisionHistory<T extends RevisionOwner> {
  readonly #options: RevisionHistoryOptions<T>;
  readonly #informer: Informer<ControllerRevision>;

  constructor(options: RevisionHistoryOptions<T>) {
    this.#options = options;
    this.#informer = options.informers.informer(appsControllerRevisions);
    addControllerUidIndex(this.#informer);
    addOrphanIndex(this.#informer);
  }

  /**
   * The owner's revisions. That of its present template is made, or becomes the newest again when the owner has gone back to
   * an earlier template.
   */
  async of(owner: T): Promise<Revisions> {
    const known = inOrder(await this.#claim(owner));
    const plan = planRevision(owner, known);
    const { collisionCount } = owner.status ?? {};
    if (plan.type === 'keep') return { all: known, update: plan.update, collisionCount };
    if (plan.type === 'create') {
      const made = await this.#create(owner, plan.number);
      return { ...made, all: [...known, made.update] };
    }
    const { client } = this.#options;
    const renumbered = { ...plan.update, revision: plan.number };
    const update = await client.update(appsControllerRevisions, renumbered);
    const others = known.filter((revision) => revision !== plan.update);
    return { all: [...others, update], update, collisionCount };
  }

  /** Deletes the oldest revisions beyond the owner's limit, but none that `isLive`. */
  async truncate(
    owner: T,
    { all, update }: Revisions,
    isLive: (revision: ControllerRevision) => boolean,
  ): Promise<void> {
    const isInUse = (revision: ControllerRevision) => revision === update || isLive(revision);
    for (const { metadata } of superfluousRevisions(owner, all, isInUse)) {
      const { namespace, name = '', uid = '' } = metadata;
      await ignoreNotFound(
        this.#options.client.delete(
          appsControllerRevisions,
          { namespace, name },
          { preconditions: { uid } },
        ),
      );
    }
  }

  #claim(owner: T): Promise<readonly ControllerRevision[]> {
    const { uid = '', namespace = '' } = owner.metadata;
    const claims = planClaims({
      controller: owner,
      selector: owner.spec?.selector,
      owned: this.#informer.byIndex(INDEX_CONTROLLER_UID, uid),
      orphans: orphansIn(this.#informer, namespace),
    });
    const { client, ref } = this.#options;
    return claim({ client, ownerRef: ref, childRef: appsControllerRevisions }, owner, claims);
  }

  /** A name that is taken by the revision of another template is not taken away from it: the hash is made another. */
  async #create(
    owner: T,
    number: number,
  ): Promise<{ update: ControllerRevision; collisionCount: number | undefined }> {
    const { client, hashLabel } = this.#options;
    const template = owner.spec?.template ?? {};
    let { collisionCount } = owner.status ?? {};
    for (;;) {
      const revision = newRevision(owner, number, { hashLabel, collisionCount });
      const { namespace, name = '' } = revision.metadata;
      try {
        const update = await client.create(appsControllerRevisions, revision);
        return { update, collisionCount };
      } catch (thrown) {
        if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
        const existing = await client.get(appsControllerRevisions, { namespace, name });
        const holder = controllerOf(existing);
        const isOurs = holder === undefined || holder.uid === owner.metadata.uid;
        if (isOurs && isRevisionOf(existing, template)) return { update: existing, collisionCount };
        collisionCount = (collisionCount ?? 0) + 1;
      }
    }
  }
}
