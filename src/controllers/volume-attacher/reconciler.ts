/**
 * The attacher of simulated disks: attaches to nodes what attachments of its driver say, as the attacher of a CSI driver does
 * in other clusters.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import {
  corePersistentVolumes,
  storageVolumeAttachments,
} from '../../scheme/generated/resources.ts';
import type { PersistentVolume } from '../../scheme/generated/types/core-v1.ts';
import type {
  VolumeAttachment,
  VolumeAttachmentStatus,
} from '../../scheme/generated/types/storage-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { STORAGE_BACKOFF } from '../shared/failure-backoffs.ts';
import { withFinalizer, withoutFinalizer } from '../shared/finalizers.ts';
import { ATTACHER_FINALIZER, isLeft, isPending, planAttachment } from './plan.ts';
import { attachedStatus, failedStatus } from './status.ts';

/** Attachments by the volume that they attach. */
const INDEX_VOLUME = 'persistentVolumeName';

/** Its keys are names of attachments and of volumes. */
export function createVolumeAttacherController(): Controller {
  return {
    name: 'volume-attacher',
    serviceAccount: 'simulated-storage',
    failureBackoff: STORAGE_BACKOFF,
    setUp(context) {
      const { informers, queue } = context;
      const attachments = informers.informer(storageVolumeAttachments);
      const volumes = informers.informer(corePersistentVolumes);
      attachments.addIndex(INDEX_VOLUME, (one) => [volumeNameOf(one)]);
      const attachmentsOf = (name: string) => attachments.byIndex(INDEX_VOLUME, name);
      const add = (attachment: VolumeAttachment): void => {
        if (isPending(attachment)) queue.add(keyOf(attachment));
      };
      const addVolume = (volume: PersistentVolume): void => {
        if (isLeft(volume, attachmentsOf(keyOf(volume)))) queue.add(keyOf(volume));
      };
      attachments.addHandler({
        onAdd: add,
        onUpdate: (_, next) => add(next),
        onDelete: (attachment) => queue.add(volumeNameOf(attachment)),
      });
      volumes.addHandler({
        onAdd: (volume) => {
          addVolume(volume);
          for (const attachment of attachmentsOf(keyOf(volume))) add(attachment);
        },
        onUpdate: (_, next) => addVolume(next),
      });
      return async (name) => {
        const attachment = attachments.get(name);
        const volume = volumes.get(name);
        if (attachment) {
          const attached = volumes.get(volumeNameOf(attachment));
          await ignoreNotFound(reconcile(context, attachment, attached));
        }
        if (volume && isLeft(volume, attachmentsOf(name))) await letGo(context, volume);
        return done;
      };
    },
  };
}

function volumeNameOf({ spec }: VolumeAttachment): string {
  return spec.source.persistentVolumeName ?? '';
}

async function reconcile(
  context: ControllerContext,
  attachment: VolumeAttachment,
  volume: PersistentVolume | undefined,
): Promise<void> {
  const { client, clock } = context;
  const plan = planAttachment(attachment, volume);
  switch (plan.type) {
    case 'leave':
      return;
    case 'detach':
      await client.update(
        storageVolumeAttachments,
        withoutFinalizer(attachment, ATTACHER_FINALIZER),
      );
      return;
    case 'fail': {
      const status = failedStatus(attachment, plan.message, toRfc3339(clock.now()));
      return writeStatus(context, attachment, status);
    }
    case 'attach': {
      const held = withFinalizer(plan.volume, ATTACHER_FINALIZER);
      if (held !== plan.volume) await client.update(corePersistentVolumes, held);
      const own = withFinalizer(attachment, ATTACHER_FINALIZER);
      const next =
        own === attachment ? attachment : await client.update(storageVolumeAttachments, own);
      return writeStatus(context, next, attachedStatus(next));
    }
  }
}

async function letGo({ client }: ControllerContext, volume: PersistentVolume): Promise<void> {
  const free = withoutFinalizer(volume, ATTACHER_FINALIZER);
  await ignoreNotFound(client.update(corePersistentVolumes, free));
}

async function writeStatus(
  { client }: ControllerContext,
  attachment: VolumeAttachment,
  status: VolumeAttachmentStatus,
): Promise<void> {
  if (status === attachment.status) return;
  const next = { ...attachment, status };
  await client.update(storageVolumeAttachments, next, { subresource: 'status' });
}
