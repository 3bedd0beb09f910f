/** What a machine has too little of, by measure of what its Pods and its images take. Pure. */
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PressureType } from '../../scheme/groups/simulation/types.ts';
import { quantityValue } from '../../scheme/quantity.ts';
import { declaresMemory, podUsage } from '../../scheme/usage/container-usage.ts';
import { podLocalUsage } from '../../scheme/usage/local-usage.ts';
import { pressuresOf } from './pressures.ts';
import {
  type EvictionResource,
  minimumReclaimOf,
  SIGNALS,
  type Signal,
  type Threshold,
  thresholdsOf,
} from './thresholds.ts';

/** A file system has an inode for so many bytes, as ext4 is made by default. */
const BYTES_PER_INODE = 16_384;
/** The processes that a machine can have: `kernel.pid_max` as Linux has it by default. */
const MAX_PIDS = 32_768;

/** Something that a node has not enough of. */
export interface Shortage {
  readonly pressure: PressureType;
  readonly resource: EvictionResource;
  /** What a threshold wants and what there is; undefined of what nobody measured. */
  readonly measured?: { readonly quantity: number; readonly available: number };
}

/** A threshold that is met. */
export interface MetThreshold extends Required<Shortage> {
  readonly signal: Signal;
  readonly graceMs: number;
}

export interface Machine {
  readonly node: Node;
  readonly pods: Iterable<Pod>;
  /** What its images take of its disk. */
  readonly imageBytes: number;
  readonly nowMs: number;
}

/** What the Pods of a machine take together. */
export interface Taken {
  /** 0 where no Pod says what it uses: what others are taken to use follows from what they ask for, and fits. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly inodes: number;
  readonly pids: number;
  /** Whether a Pod says something of it. */
  readonly isDeclared: boolean;
}

const NOTHING: Taken = { memoryBytes: 0, diskBytes: 0, inodes: 0, pids: 0, isDeclared: false };

/** Sums up what the Pods take. Where none says anything of it, as on most nodes, that is one look at each. */
export function takenBy(pods: Iterable<Pod>, nowMs: number): Taken {
  let taken = NOTHING;
  let isMemoryDeclared = false;
  for (const pod of pods) {
    isMemoryDeclared ||= declaresMemory(pod);
    const local = podLocalUsage(pod, nowMs);
    if (!local) continue;
    taken = {
      ...taken,
      diskBytes: taken.diskBytes + local.diskBytes,
      inodes: taken.inodes + local.inodes,
      pids: taken.pids + local.pids,
      isDeclared: true,
    };
  }
  if (!isMemoryDeclared) return taken;
  let memoryBytes = 0;
  for (const pod of pods) memoryBytes += memoryBytesOf(pod, nowMs);
  return { ...taken, memoryBytes, isDeclared: true };
}

/** What the running containers of the Pod use. */
export function memoryBytesOf(pod: Pod, nowMs: number): number {
  let usedBytes = 0;
  for (const { memoryBytes } of podUsage(pod, nowMs).values()) usedBytes += memoryBytes;
  return usedBytes;
}

/** The thresholds that the machine meets, in the order in which a kubelet acts on them; hard and soft ones alike. */
export function metThresholds(
  machine: Machine,
  taken = takenBy(machine.pods, machine.nowMs),
): MetThreshold[] {
  const { node } = machine;
  const met: MetThreshold[] = [];
  const reclaims = minimumReclaimOf(node);
  const reported = new Set(pressuresOf(node));
  for (const threshold of thresholdsOf(node)) {
    const { signal } = threshold;
    const observed = observe(threshold, machine, taken);
    // What the node makes room for, it makes a little more room for.
    const reclaim = reported.has(SIGNALS[signal].pressure) ? reclaims.get(signal) : undefined;
    const found = observed && toMet(threshold, observed, reclaim);
    if (found) met.push(found);
  }
  const order = Object.keys(SIGNALS);
  return met.sort((a, b) => order.indexOf(a.signal) - order.indexOf(b.signal));
}

interface Observation {
  readonly capacity: number;
  readonly available: number;
}

function observe(
  { quantity, signal }: Threshold,
  { imageBytes, node }: Machine,
  { diskBytes, inodes, memoryBytes, pids }: Taken,
): Observation | undefined {
  const capacityOf = (resource: string): number =>
    quantityValue(node.status?.capacity?.[resource] ?? '0');
  switch (signal) {
    case 'memory.available':
      return memoryBytes > 0 ? left(capacityOf('memory'), memoryBytes) : undefined;
    case 'allocatableMemory.available':
      return memoryBytes > 0 ? left(memoryOfPods(node, quantity), memoryBytes) : undefined;
    case 'nodefs.available':
    case 'imagefs.available':
      return left(capacityOf('ephemeral-storage'), imageBytes + diskBytes);
    case 'nodefs.inodesFree':
    case 'imagefs.inodesFree':
      return left(Math.floor(capacityOf('ephemeral-storage') / BYTES_PER_INODE), inodes);
    case 'pid.available':
      return left(MAX_PIDS, pids);
  }
}

/** All that Pods together can fill: what they may ask for, and what is left free of it. */
function memoryOfPods({ status }: Node, quantity: Threshold['quantity']): number {
  const { allocatable, capacity } = status ?? {};
  const whole = quantityValue(capacity?.['memory'] ?? '0');
  const asked = allocatable?.['memory'];
  if (asked === undefined) return whole;
  return Math.min(whole, quantityValue(asked) + quantity(whole));
}

/** Undefined of what the machine has nothing of: there is nothing to run out of. */
function left(capacity: number, used: number): Observation | undefined {
  return capacity > 0 ? { capacity, available: Math.max(0, capacity - used) } : undefined;
}

function toMet(
  { graceMs, quantity, signal }: Threshold,
  { available, capacity }: Observation,
  reclaim: Threshold['quantity'] = () => 0,
): MetThreshold | undefined {
  const wanted = quantity(capacity);
  if (available >= wanted + reclaim(capacity)) return undefined;
  return { ...SIGNALS[signal], signal, graceMs, measured: { quantity: wanted, available } };
}

const RESOURCES: Readonly<Record<PressureType, EvictionResource>> = {
  DiskPressure: 'ephemeral-storage',
  MemoryPressure: 'memory',
  PIDPressure: 'pids',
};

/**
 * What the node gives Pods up for now: of what it has reported, the first that it is still short of by measure, or that
 * somebody says it is short of.
 */
export function actingShortage(
  machine: Machine,
  declared: ReadonlySet<PressureType>,
): Shortage | undefined {
  const reported = pressuresOf(machine.node);
  if (reported.length === 0) return undefined;
  const measured = metThresholds(machine).find(({ pressure }) => reported.includes(pressure));
  if (measured) return measured;
  const pressure = reported.find((one) => declared.has(one));
  return pressure && { pressure, resource: RESOURCES[pressure] };
}
