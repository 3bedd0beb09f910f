import { toRfc3339 } from '../../lib/clock.ts';
import type { ControllerContext } from '../../machinery/controller.ts';
import type { EventNote } from '../../machinery/event-recorder.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
} from '../../scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { RECYCLED } from './notes.ts';
import { isUnreleased, planReclaim, planVolume, unboundVolume } from './plan.ts';
import { volumeStatus } from './status.ts';
import type { StorageWorld } from './storage-world.ts';
import { upkeptVolume, withoutDeletionFinalizer } from './upkeep.ts';

type VolumePhase = NonNullable<PersistentVolumeStatus['phase']>;

/** Gives a volume the phase that its claim, or the lack of one, calls for, and reclaims it once its claim is gone. */
export async function reconcileVolume(
  context: ControllerContext,
  world: StorageWorld,
  seen: PersistentVolume,
): Promise<void> {
  const upkept = upkeptVolume(seen);
  const volume =
    upkept === seen ? seen : await context.client.update(corePersistentVolumes, upkept);
  const claim = world.claimOf(volume) ?? (await liveClaimOf(context, volume));
  const plan = planVolume(volume, claim);
  switch (plan.type) {
    case 'offer':
      await writeVolumeStatus(context, volume, 'Available');
      return;
    case 'mark-bound':
      await writeVolumeStatus(context, volume, 'Bound');
      return;
    case 'hand-to-claim':
      // The claim has a key of its own, which the change of the volume has enqueued.
      return;
    case 'refuse-claim':
      context.events.record(volume, plan.volumeNote);
      if (claim) context.events.record(claim, plan.claimNote);
      return;
    case 'unbind':
      return unbind(context, volume);
    case 'release':
      return release(context, volume, world.usersOf(volume));
  }
}

/** A claim that is not in memory may be new: a volume is not taken from it for that. */
async function liveClaimOf(
  { client }: ControllerContext,
  volume: PersistentVolume,
): Promise<PersistentVolumeClaim | undefined> {
  const { name, namespace, uid } = volume.spec?.claimRef ?? {};
  if (!name || !uid || !isUnreleased(volume)) return undefined;
  const claim = await ignoreNotFound(client.get(corePersistentVolumeClaims, { namespace, name }));
  return claim?.metadata.uid === uid ? claim : undefined;
}

async function unbind(context: ControllerContext, volume: PersistentVolume): Promise<void> {
  const free = await context.client.update(corePersistentVolumes, unboundVolume(volume));
  await writeVolumeStatus(context, free, 'Available');
}

async function release(
  context: ControllerContext,
  volume: PersistentVolume,
  users: readonly string[],
): Promise<void> {
  const released = isUnreleased(volume)
    ? await writeVolumeStatus(context, volume, 'Released')
    : volume;
  const plan = planReclaim(released, users);
  switch (plan.type) {
    case 'keep':
      return;
    case 'delete':
      return remove(context, released);
    case 'postpone':
      context.events.record(released, plan.note);
      return;
    case 'recycle':
      context.events.record(released, RECYCLED);
      return unbind(context, released);
    case 'fail':
      return fail(context, released, plan.note);
  }
}

/** Its data is gone at once: a simulated path has none. */
async function remove({ client }: ControllerContext, volume: PersistentVolume): Promise<void> {
  const unheld = withoutDeletionFinalizer(volume);
  if (unheld !== volume) await client.update(corePersistentVolumes, unheld);
  const { deletionTimestamp, name = '' } = volume.metadata;
  if (!deletionTimestamp) await ignoreNotFound(client.delete(corePersistentVolumes, { name }));
}

async function fail(
  context: ControllerContext,
  volume: PersistentVolume,
  note: EventNote,
): Promise<void> {
  const failed = await writeVolumeStatus(context, volume, 'Failed', note.message);
  if (failed !== volume) context.events.record(failed, note);
}

/** @returns the volume as it is then; itself where it said so before */
export async function writeVolumeStatus(
  { client, clock }: ControllerContext,
  volume: PersistentVolume,
  phase: VolumePhase,
  message = '',
): Promise<PersistentVolume> {
  const status = volumeStatus(volume, { phase, message, now: toRfc3339(clock.now()) });
  if (status === volume.status) return volume;
  return client.update(corePersistentVolumes, { ...volume, status }, { subresource: 'status' });
}
