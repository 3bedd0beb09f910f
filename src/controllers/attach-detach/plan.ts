/** Which volumes are to be attached to a node. Pure; times in milliseconds since the Unix epoch. */
import { createHash } from 'node:crypto';
import type { EventNote } from '../../machinery/event-recorder.ts';
import type {
  AttachedVolume,
  Node,
  PersistentVolume,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { CSIDriver, VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { attachedName } from '../../scheme/storage/attached-name.ts';
import { isNodeReady, nodeReadyCondition, TAINT_OUT_OF_SERVICE } from '../shared/nodes.ts';

/** How long a volume that a silent node has mounted is left to it. */
const MAX_WAIT_FOR_UNMOUNT_MS = 360_000;

const REASON_FAILED_ATTACH = 'FailedAttachVolume';

/** A volume that a Pod of the node needs. */
export interface Need {
  readonly pod: Pod;
  readonly volume: PersistentVolume;
}

/** Whether somebody must attach the volume before a node can mount it: volumes of CSI drivers that do not say otherwise. */
export function needsAttaching(
  { spec }: PersistentVolume,
  driverOf: (name: string) => CSIDriver | undefined,
): boolean {
  return spec?.csi !== undefined && driverOf(spec.csi.driver)?.spec.attachRequired !== false;
}

/** The attachment of a volume to a node: of the same two it has the same name, whoever makes it. */
export function newAttachment(volume: PersistentVolume, nodeName: string): VolumeAttachment {
  const { driver: attacher = '', volumeHandle = '' } = volume.spec?.csi ?? {};
  const hash = createHash('sha256').update(`${volumeHandle}${attacher}${nodeName}`).digest('hex');
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: `csi-${hash}` },
    spec: { attacher, nodeName, source: { persistentVolumeName: volume.metadata.name ?? '' } },
  };
}

export interface NodeView {
  /** Undefined when it is gone: then nothing stays attached to it. */
  readonly node: Node | undefined;
  readonly needs: readonly Need[];
  /** What is or is to be attached to the node. */
  readonly attachments: readonly VolumeAttachment[];
  readonly nowMs: number;
  volumeOf(attachment: VolumeAttachment): PersistentVolume | undefined;
  /** Names of the other nodes that the volume is or is to be attached to. */
  elsewhere(volume: PersistentVolume): readonly string[];
}

export interface NodePlan {
  readonly attach: readonly Need[];
  readonly detach: readonly VolumeAttachment[];
  /** Needs that must wait until the volume has left another node. */
  readonly blocked: readonly Need[];
  /** When a volume may be taken from a silent node, if that is to come. */
  readonly nextMs: number | undefined;
}

export function planNode(view: NodeView): NodePlan {
  const needed = new Map<string, Need>();
  for (const need of view.node ? view.needs : []) needed.set(need.volume.metadata.name ?? '', need);
  const present = new Set(view.attachments.map(volumeNameOf));
  const missing = [...needed].flatMap(([name, need]) => (present.has(name) ? [] : [need]));
  const isBlocked = ({ volume }: Need): boolean =>
    isExclusive(volume) && view.elsewhere(volume).length > 0;
  const surplus = view.attachments.filter(
    (one) =>
      !needed.has(volumeNameOf(one)) && !one.metadata.deletionTimestamp && isOfVolume(one, view),
  );
  const deadlines = surplus.map((one) => detachableAt(one, view));
  const waiting = deadlines.filter((time) => time > view.nowMs && Number.isFinite(time));
  return {
    attach: missing.filter((need) => !isBlocked(need)),
    blocked: missing.filter(isBlocked),
    detach: surplus.filter((_, index) => (deadlines[index] as number) <= view.nowMs),
    nextMs: waiting.length === 0 ? undefined : Math.min(...waiting),
  };
}

export function volumeNameOf({ spec }: VolumeAttachment): string {
  return spec.source.persistentVolumeName ?? '';
}

/** Whether it attaches a volume that is there by the volume's own driver: what else people attach is their own. */
function isOfVolume(attachment: VolumeAttachment, { volumeOf }: NodeView): boolean {
  return volumeOf(attachment)?.spec?.csi?.driver === attachment.spec.attacher;
}

/** Whether no more than one node may have it. */
function isExclusive({ spec }: PersistentVolume): boolean {
  const modes = spec?.accessModes ?? [];
  return modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
}

/** From when on the volume may be taken away; Infinity while the node has it mounted and is well. */
function detachableAt(attachment: VolumeAttachment, { node, volumeOf }: NodeView): number {
  const volume = volumeOf(attachment);
  if (!node || !volume) return Number.NEGATIVE_INFINITY;
  const isMounted = node.status?.volumesInUse?.includes(attachedName(volume)) === true;
  const isOut = node.spec?.taints?.some(({ key }) => key === TAINT_OUT_OF_SERVICE) === true;
  if (!isMounted || isOut) return Number.NEGATIVE_INFINITY;
  const since = nodeReadyCondition(node)?.lastTransitionTime;
  if (isNodeReady(node) || !since) return Number.POSITIVE_INFINITY;
  return Date.parse(since) + MAX_WAIT_FOR_UNMOUNT_MS;
}

/** What the node's status says is attached. */
export function attachedVolumes({ attachments, volumeOf }: NodeView): readonly AttachedVolume[] {
  return attachments
    .flatMap((attachment) => {
      const volume = volumeOf(attachment);
      const isAttached = attachment.status?.attached && !attachment.metadata.deletionTimestamp;
      return volume && isAttached ? [{ name: attachedName(volume), devicePath: '' }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function multiAttachNote(
  { metadata }: PersistentVolume,
  pods: readonly string[],
): EventNote {
  const detail =
    pods.length > 0
      ? `Volume is already used by pod(s) ${pods.join(', ')}`
      : "Volume is already exclusively attached to one node and can't be attached to another";
  return {
    type: 'Warning',
    reason: REASON_FAILED_ATTACH,
    message: `Multi-Attach error for volume "${metadata.name}" ${detail}`,
  };
}
