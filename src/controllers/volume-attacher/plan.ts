/** What the attacher of simulated disks does about an attachment, and about the volumes that it holds. Pure. */
import type { PersistentVolume } from '../../scheme/generated/types/core-v1.ts';
import type { VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';

/** Holds an attachment, and its volume, until the disk has left the node. */
export const ATTACHER_FINALIZER = `external-attacher/${SIMULATED_DRIVER.replaceAll('.', '-')}`;

export type AttachmentPlan =
  | { readonly type: 'leave' | 'detach' }
  /** What is attached is held first, its volume before it: neither is forgotten. */
  | { readonly type: 'attach'; readonly volume: PersistentVolume }
  | { readonly type: 'fail'; readonly message: string };

/** Whether the attachment needs anything of this attacher. */
export function isPending({ metadata, spec, status }: VolumeAttachment): boolean {
  if (spec.attacher !== SIMULATED_DRIVER) return false;
  const isHeld = metadata.finalizers?.includes(ATTACHER_FINALIZER) === true;
  return metadata.deletionTimestamp ? isHeld : !(isHeld && status?.attached);
}

/** @param volume that is to be attached; undefined when it is not there */
export function planAttachment(
  attachment: VolumeAttachment,
  volume: PersistentVolume | undefined,
): AttachmentPlan {
  if (!isPending(attachment)) return { type: 'leave' };
  if (attachment.metadata.deletionTimestamp) return { type: 'detach' };
  if (!volume) {
    const { persistentVolumeName } = attachment.spec.source;
    return { type: 'fail', message: `persistentvolume "${persistentVolumeName}" not found` };
  }
  if (!volume.metadata.deletionTimestamp) return { type: 'attach', volume };
  const message = `PersistentVolume "${volume.metadata.name}" is marked for deletion`;
  return { type: 'fail', message };
}

/** Whether the volume is being deleted and no attachment is left to hold it for. */
export function isLeft({ metadata }: PersistentVolume, attachments: readonly unknown[]): boolean {
  if (!metadata.deletionTimestamp || attachments.length > 0) return false;
  return metadata.finalizers?.includes(ATTACHER_FINALIZER) === true;
}
