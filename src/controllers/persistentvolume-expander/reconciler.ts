/**
 * Expansion: the volume of a claim that asks for more grows. Simulated disks grow at once and while they are in use, unless
 * their class says that they fail to; of other drivers it is said whose part it is.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
 */
import { toRfc3339 } from '../../lib/clock.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageStorageClasses,
} from '../../scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { requestedStorage } from '../../scheme/storage/volume-matching.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { DiskAttempts, type DiskFailure, INFEASIBLE_RETRY_MS } from '../shared/simulated-disks.ts';
import { planExpansion, retryDelayMs, wantsMore } from './plan.ts';
import { failedStatus, resizedStatus, resizingStatus } from './status.ts';

const REASON_RESIZING = 'Resizing';
const REASON_RESIZE_FAILED = 'VolumeResizeFailed';
const REASON_RESIZE_SUCCESSFUL = 'VolumeResizeSuccessful';

const EVENT_SOURCE = 'volume_expand';

/** Its keys are those of claims. */
export function createPersistentVolumeExpanderController(): Controller {
  return {
    name: 'persistentvolume-expander',
    serviceAccount: 'expand-controller',
    setUp(given) {
      const context = { ...given, events: given.events.withSource(EVENT_SOURCE) };
      const { informers, queue } = context;
      const claims = informers.informer(corePersistentVolumeClaims);
      const volumes = informers.informer(corePersistentVolumes);
      const add = (claim: PersistentVolumeClaim): void => {
        if (wantsMore(claim)) queue.add(keyOf(claim));
      };
      // What is written on the way is no news: a failure would be tried again at once.
      claims.addHandler({
        onAdd: add,
        onUpdate: (previous, next) => {
          if (requestedStorage(previous) !== requestedStorage(next) || !wantsMore(previous))
            add(next);
        },
      });
      // A volume may be heard of after its claim.
      volumes.addHandler({
        onAdd: ({ spec }) => {
          const { name = '', namespace } = spec?.claimRef ?? {};
          const claim = claims.get(namespacedKey(namespace, name));
          if (claim) add(claim);
        },
      });
      const expander = new Expander(context);
      return async (key) => {
        const claim = claims.get(key);
        const volume = volumes.get(claim?.spec?.volumeName ?? '');
        if (!claim || !volume || !wantsMore(claim)) return done;
        return (await ignoreNotFound(expander.expand(claim, volume))) ?? done;
      };
    },
  };
}

interface Resize {
  readonly volume: PersistentVolume;
  readonly storage: string;
  readonly growsVolume: boolean;
}

class Expander {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #attempts: DiskAttempts;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#events = context.events.withSource(SIMULATED_DRIVER);
    this.#attempts = new DiskAttempts('grow', context.random);
  }

  async expand(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<ReconcileResult> {
    const { client, clock, events } = this.#context;
    const plan = planExpansion(claim, volume);
    switch (plan.type) {
      case 'leave':
        return done;
      case 'wait':
        events.record(claim, plan.note);
        if (plan.claim) await client.update(corePersistentVolumeClaims, plan.claim);
        return done;
      case 'resize': {
        const delayMs = retryDelayMs(claim, plan.storage, clock.now());
        return delayMs > 0 ? requeueAfter(delayMs) : this.#resize(claim, { volume, ...plan });
      }
    }
  }

  /** Each step may be the last before a crash: whoever comes next begins anew, and finds the volume large enough. */
  async #resize(claim: PersistentVolumeClaim, resize: Resize): Promise<ReconcileResult> {
    const { growsVolume, storage, volume } = resize;
    const { name } = volume.metadata;
    const resizing = await this.#write(claim, resizingStatus(claim, storage, this.#now()));
    this.#record(claim, 'Normal', REASON_RESIZING, `External resizer is resizing volume ${name}`);
    const storageClass = growsVolume ? await this.#classOf(volume) : undefined;
    const failure = storageClass && this.#attempts.failureOf(storageClass, storage);
    if (failure) return this.#fail(resizing, volume, failure);
    if (growsVolume) {
      const capacity = { ...volume.spec?.capacity, storage };
      const spec = { ...volume.spec, capacity };
      await this.#context.client.update(corePersistentVolumes, { ...volume, spec });
    }
    await this.#write(resizing, resizedStatus(resizing, storage));
    this.#record(claim, 'Normal', REASON_RESIZE_SUCCESSFUL, 'Resize volume succeeded');
    return done;
  }

  /** Tries again, less and less often; late where the next attempt would end as this one did. */
  async #fail(
    claim: PersistentVolumeClaim,
    { metadata }: PersistentVolume,
    failure: DiskFailure,
  ): Promise<ReconcileResult> {
    await this.#write(claim, failedStatus(claim, failure, this.#now()));
    const message = `resize volume "${metadata.name}" by resizer "${SIMULATED_DRIVER}" failed: ${failure.message}`;
    this.#record(claim, 'Warning', REASON_RESIZE_FAILED, message);
    if (!failure.isInfeasible) throw new Error(message, { cause: failure });
    return requeueAfter(INFEASIBLE_RETRY_MS);
  }

  #classOf({ spec }: PersistentVolume): Promise<StorageClass | undefined> {
    const target = { name: spec?.storageClassName ?? '', resourceVersion: '0' };
    return ignoreNotFound(this.#context.client.get(storageStorageClasses, target));
  }

  #now(): string {
    return toRfc3339(this.#context.clock.now());
  }

  #record(
    claim: PersistentVolumeClaim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.#events.record(claim, { type, reason, message });
  }

  /** @returns the claim as it is then; itself where it said so before */
  async #write(
    claim: PersistentVolumeClaim,
    status: PersistentVolumeClaimStatus,
  ): Promise<PersistentVolumeClaim> {
    if (status === claim.status) return claim;
    const next = { ...claim, status };
    return this.#context.client.update(corePersistentVolumeClaims, next, { subresource: 'status' });
  }
}
