/**
 * The modifier of simulated disks: gives a disk the attributes of the class that its claim has come to ask for, as the resizer
 * of a CSI driver does in other clusters.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volume-attributes-classes/
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import type { EventNote } from '../../machinery/event-recorder.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageVolumeAttributesClasses,
} from '../../scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';
import type { VolumeAttributesClass } from '../../scheme/generated/types/storage-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { STORAGE_BACKOFF } from '../shared/failure-backoffs.ts';
import { isGivenUp, planModification, targetOf } from './plan.ts';
import { modifyingStatus, pendingStatus, refusedStatus, settledStatus } from './status.ts';

const REASON_MODIFY = 'VolumeModify';
const REASON_MODIFIED = 'VolumeModifySuccessful';
const REASON_FAILED = 'VolumeModifyFailed';

/** Claims by the class of attributes that they are on their way to. */
const INDEX_TARGET = 'targetVolumeAttributesClass';
const NO_VALUES: readonly string[] = [];

/** Its keys are those of claims. */
export function createVolumeModifierController(): Controller {
  return {
    name: 'volume-modifier',
    serviceAccount: 'simulated-storage',
    failureBackoff: STORAGE_BACKOFF,
    setUp(given) {
      const context = { ...given, events: given.events.withSource(SIMULATED_DRIVER) };
      const { informers, queue } = context;
      const claims = informers.informer(corePersistentVolumeClaims);
      const volumes = informers.informer(corePersistentVolumes);
      const classes = informers.informer(storageVolumeAttributesClasses);
      claims.addIndex(INDEX_TARGET, (claim) => {
        const target = targetOf(claim);
        return target ? [target] : NO_VALUES;
      });
      const add = (claim: PersistentVolumeClaim): void => {
        if (targetOf(claim) || isGivenUp(claim)) queue.add(keyOf(claim));
      };
      claims.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
      classes.addHandler({
        onAdd: ({ metadata: { name = '' } }) => {
          for (const claim of claims.byIndex(INDEX_TARGET, name)) add(claim);
        },
      });
      return async (key) => {
        const claim = claims.get(key);
        const volume = volumes.get(claim?.spec?.volumeName ?? '');
        if (!claim || !volume) return done;
        const attributes = classes.get(targetOf(claim) ?? '');
        await ignoreNotFound(reconcile(context, claim, { volume, attributes }));
        return done;
      };
    },
  };
}

interface Subject {
  readonly volume: PersistentVolume;
  readonly attributes: VolumeAttributesClass | undefined;
}

async function reconcile(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  { attributes, volume }: Subject,
): Promise<void> {
  if (isGivenUp(claim)) {
    const current = claim.status?.currentVolumeAttributesClassName;
    await writeStatus(context, claim, settledStatus(claim, current));
    return;
  }
  const plan = planModification(claim, volume, attributes);
  const now = toRfc3339(context.clock.now());
  switch (plan.type) {
    case 'leave':
      return;
    case 'wait':
      return report(context, claim, plan.message, pendingStatus(claim, plan.target));
    case 'refuse':
      return report(context, claim, plan.message, refusedStatus(claim, { ...plan, now }));
    case 'modify':
      return modify(context, claim, volume, plan.target);
  }
}

/** Says once why the attributes are not there yet. */
async function report(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  message: string,
  status: PersistentVolumeClaimStatus,
): Promise<void> {
  if (status === claim.status) return;
  context.events.record(claim, { type: 'Warning', reason: REASON_FAILED, message });
  await writeStatus(context, claim, status);
}

/** Each step may be the last before a crash: whoever comes next begins anew. */
async function modify(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  target: string,
): Promise<void> {
  const { client, clock, events } = context;
  const { name } = claim.metadata;
  const status = modifyingStatus(claim, target, toRfc3339(clock.now()));
  const modifying = await writeStatus(context, claim, status);
  events.record(
    claim,
    normal(REASON_MODIFY, `external resizer is modifying volume ${name} with vac ${target}`),
  );
  if (volume.spec?.volumeAttributesClassName !== target) {
    const spec = { ...volume.spec, volumeAttributesClassName: target };
    await client.update(corePersistentVolumes, { ...volume, spec });
  }
  await writeStatus(context, modifying, settledStatus(modifying, target));
  events.record(
    claim,
    normal(
      REASON_MODIFIED,
      `external resizer modified volume ${name} with vac ${target} successfully`,
    ),
  );
}

function normal(reason: string, message: string): EventNote {
  return { type: 'Normal', reason, message };
}

/** @returns the claim as it is then; itself where it said so before */
async function writeStatus(
  { client }: ControllerContext,
  claim: PersistentVolumeClaim,
  status: PersistentVolumeClaimStatus,
): Promise<PersistentVolumeClaim> {
  if (status === claim.status) return claim;
  const next = { ...claim, status };
  return client.update(corePersistentVolumeClaims, next, { subresource: 'status' });
}
