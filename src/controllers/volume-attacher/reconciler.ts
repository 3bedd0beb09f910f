/**
 * The attacher of simulated disks: attaches to nodes what attachments of its driver say, as the attacher of a CSI driver does
 * in other clusters.
 */
import type { ApiClient } from '../../apiserver/client.ts';
import { type Controller, done } from '../../machinery/controller.ts';
import { storageVolumeAttachments } from '../../scheme/generated/resources.ts';
import type { VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { withFinalizer, withoutFinalizer } from '../shared/finalizers.ts';
import { ATTACHER_FINALIZER, planAttachment } from './plan.ts';

/** Its keys are names of attachments. */
export function createVolumeAttacherController(): Controller {
  return {
    name: 'volume-attacher',
    serviceAccount: 'simulated-storage',
    setUp({ client, informers, queue }) {
      const attachments = informers.informer(storageVolumeAttachments);
      const add = (attachment: VolumeAttachment): void => {
        if (planAttachment(attachment) !== 'leave') queue.add(attachment.metadata.name ?? '');
      };
      attachments.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
      return async (name) => {
        const attachment = attachments.get(name);
        if (attachment) await ignoreNotFound(reconcile(client, attachment));
        return done;
      };
    },
  };
}

async function reconcile(client: ApiClient, attachment: VolumeAttachment): Promise<void> {
  const plan = planAttachment(attachment);
  if (plan === 'detach') {
    await client.update(storageVolumeAttachments, withoutFinalizer(attachment, ATTACHER_FINALIZER));
    return;
  }
  if (plan === 'leave') return;
  const held =
    plan === 'hold'
      ? await client.update(storageVolumeAttachments, withFinalizer(attachment, ATTACHER_FINALIZER))
      : attachment;
  const next = { ...held, status: { ...held.status, attached: true } };
  await client.update(storageVolumeAttachments, next, { subresource: 'status' });
}
