/** The status of an attachment. Pure. */
import type {
  VolumeAttachment,
  VolumeAttachmentStatus,
} from '../../scheme/generated/types/storage-v1.ts';

/** Once the disk is at its node: what went wrong before is forgotten. */
export function attachedStatus({ status }: VolumeAttachment): VolumeAttachmentStatus {
  const { attachError: _, ...rest } = status ?? {};
  return { ...rest, attached: true };
}

/** Why the disk did not come to its node; the status there is where it says so. @param now RFC 3339 */
export function failedStatus(
  { status }: VolumeAttachment,
  message: string,
  now: string,
): VolumeAttachmentStatus {
  if (status?.attachError?.message === message && !status.attached) return status;
  return { ...status, attached: false, attachError: { message, time: now } };
}
