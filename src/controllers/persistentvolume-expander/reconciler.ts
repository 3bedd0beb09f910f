/**
 * Expansion: the volume of a claim that asks for more grows. Simulated disks grow at once and while they are in use; of other
 * drivers it is said whose part it is.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
} from '../../scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { planExpansion, wantsMore } from './plan.ts';
import { resizedStatus, resizingStatus } from './status.ts';

const REASON_RESIZING = 'Resizing';
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
      claims.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
      // A volume may be heard of after its claim.
      volumes.addHandler({
        onAdd: ({ spec }) => {
          const { name = '', namespace } = spec?.claimRef ?? {};
          const claim = claims.get(namespacedKey(namespace, name));
          if (claim) add(claim);
        },
      });
      return async (key) => {
        const claim = claims.get(key);
        const volume = volumes.get(claim?.spec?.volumeName ?? '');
        if (claim && volume && wantsMore(claim)) {
          await ignoreNotFound(expand(context, claim, volume));
        }
        return done;
      };
    },
  };
}

async function expand(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Promise<void> {
  const plan = planExpansion(claim, volume);
  switch (plan.type) {
    case 'leave':
      return;
    case 'wait':
      context.events.record(claim, plan.note);
      if (plan.claim) await context.client.update(corePersistentVolumeClaims, plan.claim);
      return;
    case 'resize':
      return resize(context, claim, { volume, ...plan });
  }
}

interface Resize {
  readonly volume: PersistentVolume;
  readonly storage: string;
  readonly growsVolume: boolean;
}

/** Each step may be the last before a crash: whoever comes next begins anew, and finds the volume large enough. */
async function resize(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  { growsVolume, storage, volume }: Resize,
): Promise<void> {
  const { client, clock } = context;
  const events = context.events.withSource(SIMULATED_DRIVER);
  events.record(claim, {
    type: 'Normal',
    reason: REASON_RESIZING,
    message: `External resizer is resizing volume ${volume.metadata.name}`,
  });
  const status = resizingStatus(claim, toRfc3339(clock.now()));
  const resizing = await writeStatus(context, claim, status);
  if (growsVolume) {
    const capacity = { ...volume.spec?.capacity, storage };
    await client.update(corePersistentVolumes, { ...volume, spec: { ...volume.spec, capacity } });
  }
  await writeStatus(context, resizing, resizedStatus(resizing, storage));
  events.record(claim, {
    type: 'Normal',
    reason: REASON_RESIZE_SUCCESSFUL,
    message: 'Resize volume succeeded',
  });
}

function writeStatus(
  { client }: ControllerContext,
  claim: PersistentVolumeClaim,
  status: PersistentVolumeClaimStatus,
): Promise<PersistentVolumeClaim> {
  const next = { ...claim, status };
  return client.update(corePersistentVolumeClaims, next, { subresource: 'status' });
}
