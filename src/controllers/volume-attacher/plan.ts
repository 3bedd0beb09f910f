/** What the attacher of simulated disks does about an attachment. Pure. */
import type { VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';

/** Holds an attachment until the disk has left the node. */
export const ATTACHER_FINALIZER = `external-attacher/${SIMULATED_DRIVER.replaceAll('.', '-')}`;

/** `hold` comes before `attach`: what is attached is not forgotten. */
export function planAttachment({
  metadata,
  spec,
  status,
}: VolumeAttachment): 'hold' | 'attach' | 'detach' | 'leave' {
  if (spec.attacher !== SIMULATED_DRIVER) return 'leave';
  const isHeld = metadata.finalizers?.includes(ATTACHER_FINALIZER) === true;
  if (metadata.deletionTimestamp) return isHeld ? 'detach' : 'leave';
  if (!isHeld) return 'hold';
  return status?.attached ? 'leave' : 'attach';
}
