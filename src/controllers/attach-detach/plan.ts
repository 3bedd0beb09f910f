/** Which volumes are to be attached to a node. Pure; times in milliseconds since the Unix epoch. */
import { createHash } from 'node:crypto';
import { deepEqual } from '../../lib/deep-equal.ts';
import type { EventNote } from '../../machinery/event-recorder.ts';
import type {
  AttachedVolume,
  Node,
  PersistentVolume,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { CSIDriver, VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { attachedName } from '../../scheme/storage/attached-name.ts';
import { isNodeReady, TAINT_OUT_OF_SERVICE } from '../shared/nodes.ts';

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

/** A volume that a node needs, and the Pods for which it does. */
export interface Demand {
  readonly volume: PersistentVolume;
  readonly pods: readonly Pod[];
}

export interface NodeView {
  /** Undefined when it is gone: then nothing stays attached to it. */
  readonly node: Node | undefined;
  readonly needs: readonly Need[];
  /** What is or is to be attached to the node. */
  readonly attachments: readonly VolumeAttachment[];
  readonly nowMs: number;
  /** Whether a silent node keeps what it has mounted, however long it is silent. */
  readonly isPatient: boolean;
  /** Since when no Pod has needed what is attached, by names of attachments, as the last plan told. */
  readonly unneeded: ReadonlyMap<string, number>;
  volumeOf(attachment: VolumeAttachment): PersistentVolume | undefined;
  /** Names of the other nodes that the volume is or is to be attached to. */
  elsewhere(volume: PersistentVolume): readonly string[];
  /** Names of the Pods that use the volume on one of the nodes. */
  usersOn(volume: PersistentVolume, nodeNames: readonly string[]): readonly string[];
}

/** Something that a Pod is told once. */
export interface PodNote {
  /** The same for as long as it is the same news. */
  readonly id: string;
  readonly pod: Pod;
  readonly note: EventNote;
}

export interface NodePlan {
  readonly attach: readonly PersistentVolume[];
  readonly detach: readonly VolumeAttachment[];
  /** What the Pods of the node are told of what goes wrong. */
  readonly notes: readonly PodNote[];
  /** As in {@link NodeView}, for the next plan. */
  readonly unneeded: ReadonlyMap<string, number>;
  /** When a volume may be taken from a silent node, if that is to come. */
  readonly nextMs: number | undefined;
}

export function planNode(view: NodeView): NodePlan {
  const demands = view.node ? demandsOf(view.needs) : new Map<string, Demand>();
  const present = new Set(view.attachments.map(volumeNameOf));
  const missing = [...demands].flatMap(([name, demand]) => (present.has(name) ? [] : [demand]));
  const isBlocked = ({ volume }: Demand): boolean =>
    isExclusive(volume) && view.elsewhere(volume).length > 0;
  const notes = [
    ...missing.filter(isBlocked).flatMap((demand) => blockedNotes(demand, view)),
    ...view.attachments.flatMap((one) => failureNotes(one, demands.get(volumeNameOf(one)))),
  ];
  const attach = missing.flatMap((demand) => (isBlocked(demand) ? [] : [demand.volume]));
  return { attach, notes, ...planDetaching(view, demands) };
}

function demandsOf(needs: readonly Need[]): ReadonlyMap<string, Demand> {
  const demands = new Map<string, Demand>();
  for (const { pod, volume } of needs) {
    const name = volume.metadata.name ?? '';
    demands.set(name, { volume, pods: [...(demands.get(name)?.pods ?? []), pod] });
  }
  return demands;
}

function planDetaching(
  view: NodeView,
  demands: ReadonlyMap<string, Demand>,
): Pick<NodePlan, 'detach' | 'nextMs' | 'unneeded'> {
  const surplus = view.attachments.filter(
    (one) =>
      !demands.has(volumeNameOf(one)) && !one.metadata.deletionTimestamp && isOfVolume(one, view),
  );
  const sinceOf = ({ metadata: { name = '' } }: VolumeAttachment): number =>
    view.unneeded.get(name) ?? view.nowMs;
  const deadlines = surplus.map((one) => detachableAt(one, sinceOf(one), view));
  const waiting = deadlines.filter((time) => time > view.nowMs && Number.isFinite(time));
  return {
    detach: surplus.filter((_, index) => (deadlines[index] as number) <= view.nowMs),
    unneeded: new Map(surplus.map((one) => [one.metadata.name ?? '', sinceOf(one)])),
    nextMs: waiting.length === 0 ? undefined : Math.min(...waiting),
  };
}

/** Whether a change of a node can matter to what is attached to it. */
export function matters(previous: Node, node: Node): boolean {
  if (isNodeReady(previous) !== isNodeReady(node) || isOut(previous) !== isOut(node)) return true;
  const { volumesAttached: attached, volumesInUse: inUse } = node.status ?? {};
  const before = previous.status ?? {};
  return !deepEqual(before.volumesAttached, attached) || !deepEqual(before.volumesInUse, inUse);
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
  // Of a volume that does not say, its driver is to judge.
  if (modes.length === 0) return false;
  return modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
}

/**
 * From when on the volume may be taken away; Infinity while the node has it mounted and is well.
 * @param sinceMs since when nobody needs it
 */
function detachableAt(
  attachment: VolumeAttachment,
  sinceMs: number,
  { isPatient, node, volumeOf }: NodeView,
): number {
  const volume = volumeOf(attachment);
  if (!node || !volume) return Number.NEGATIVE_INFINITY;
  const isMounted = node.status?.volumesInUse?.includes(attachedName(volume)) === true;
  if (!isMounted || isOut(node)) return Number.NEGATIVE_INFINITY;
  const isKept = isPatient || isNodeReady(node);
  return isKept ? Number.POSITIVE_INFINITY : sinceMs + MAX_WAIT_FOR_UNMOUNT_MS;
}

/** Whether somebody has seen to it that nothing runs on the node any more. */
function isOut({ spec }: Node): boolean {
  return spec?.taints?.some(({ key }) => key === TAINT_OUT_OF_SERVICE) === true;
}

/** What the node's status says is attached. */
export function attachedVolumes({
  attachments,
  volumeOf,
}: Pick<NodeView, 'attachments' | 'volumeOf'>): readonly AttachedVolume[] {
  return attachments
    .flatMap((attachment) => {
      const volume = volumeOf(attachment);
      const isAttached = attachment.status?.attached && !attachment.metadata.deletionTimestamp;
      return volume && isAttached ? [{ name: attachedName(volume), devicePath: '' }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function blockedNotes({ pods, volume }: Demand, view: NodeView): readonly PodNote[] {
  const users = view.usersOn(volume, view.elsewhere(volume));
  const { name } = volume.metadata;
  const detail =
    users.length > 0
      ? `Volume is already used by pod(s) ${users.join(', ')}`
      : "Volume is already exclusively attached to one node and can't be attached to another";
  const note = failedAttach(`Multi-Attach error for volume "${name}" ${detail}`);
  return pods.map((pod) => ({ id: `blocked/${name}`, pod, note }));
}

/** What whoever attaches says of its last attempt. */
function failureNotes(
  { metadata, status }: VolumeAttachment,
  demand: Demand | undefined,
): readonly PodNote[] {
  const { attached, attachError } = status ?? {};
  if (!demand || !attachError || attached || metadata.deletionTimestamp) return [];
  const { message = '', time = '' } = attachError;
  const { name } = demand.volume.metadata;
  const note = failedAttach(`AttachVolume.Attach failed for volume "${name}" : ${message}`);
  const id = `failed/${name}/${time}/${message}`;
  return demand.pods.map((pod) => ({ id, pod, note }));
}

function failedAttach(message: string): EventNote {
  return { type: 'Warning', reason: REASON_FAILED_ATTACH, message };
}
