import type { ApiClient } from '../../apiserver/client.ts';
import { toError } from '../../lib/errors.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePersistentVolumeClaims } from '../../scheme/generated/resources.ts';
import type { StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../scheme/generated/types/core-v1.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { ordinalOf, podName } from './identity.ts';
import {
  claimsOf,
  deletesWhenScaled,
  isStale,
  type MemberClaim,
  newClaim,
  withRetention,
} from './volume-claims.ts';

export interface ClaimKeeperOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly claims: Informer<PersistentVolumeClaim>;
}

/** Makes the claims of a StatefulSet's Pods and keeps their owners right. It deletes none: the garbage collector does. */
export class ClaimKeeper {
  readonly #options: ClaimKeeperOptions;

  constructor(options: ClaimKeeperOptions) {
    this.#options = options;
  }

  /** Whether the place still has a claim that goes with its last Pod. */
  hasStale(set: StatefulSet, ordinal: number): boolean {
    if (!deletesWhenScaled(set)) return false;
    return claimsOf(set, ordinal).some(({ name }) => {
      const claim = this.#find(set, name);
      return claim !== undefined && isStale(claim, podName(set, ordinal));
    });
  }

  /** @throws when a claim cannot be made, or is being deleted */
  async makeMissing(set: StatefulSet, ordinal: number): Promise<void> {
    for (const member of claimsOf(set, ordinal)) {
      const claim = this.#find(set, member.name);
      if (claim?.metadata.deletionTimestamp) throw goingClaim(set, member.name);
      if (!claim) await this.#create(set, ordinal, member);
    }
  }

  /** Gives the claims of a Pod the owners by which the garbage collector deletes them in time. */
  async keepOwners(set: StatefulSet, pod: Pod): Promise<void> {
    for (const { name } of claimsOf(set, ordinalOf(set, pod) ?? -1)) {
      const claim = this.#find(set, name);
      const kept = claim && withRetention(claim, set, pod);
      if (!kept || kept === claim) continue;
      await this.#options.client.update(corePersistentVolumeClaims, kept);
    }
  }

  #find({ metadata }: StatefulSet, name: string): PersistentVolumeClaim | undefined {
    return this.#options.claims.get(namespacedKey(metadata.namespace, name));
  }

  async #create(set: StatefulSet, ordinal: number, member: MemberClaim): Promise<void> {
    const { client, events } = this.#options;
    const pod = podName(set, ordinal);
    const where = `Pod ${pod} in StatefulSet ${set.metadata.name}`;
    try {
      await client.create(corePersistentVolumeClaims, newClaim(set, ordinal, member));
      const message = `create Claim ${member.name} ${where} success`;
      events.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message });
    } catch (thrown) {
      // Ignored: the informer has not shown yet what is there.
      if (isApiError(thrown, 'AlreadyExists')) return;
      const error = toError(thrown);
      const message = `create Claim ${member.name} for ${where} failed error: ${error.message}`;
      events.record(set, { type: 'Warning', reason: 'FailedCreate', message });
      throw thrown;
    }
  }
}

function goingClaim({ metadata: { namespace } }: StatefulSet, name: string): Error {
  return new Error(`pvc ${namespace}/${name} is being deleted`);
}
