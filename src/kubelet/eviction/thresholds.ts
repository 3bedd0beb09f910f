/** From where on a node runs out of something: the kubelet's eviction signals and their thresholds. Pure. */
import { parseGoDuration } from '../../scheme/duration.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { PressureType } from '../../scheme/groups/simulation/types.ts';
import { parseQuantity, QuantityError, quantityValue } from '../../scheme/quantity.ts';

/**
 * On a Node, in the words of a kubelet's configuration: `memory.available<500Mi,pid.available<10%`. A signal that is named has
 * this threshold in place of its usual one.
 */
const ANNOTATION_EVICTION_HARD = 'orrery.dev/eviction-hard';
/** On a Node: thresholds that are to be met for a while (`memory.available<1Gi`), and how long (`memory.available=1m30s`). */
const ANNOTATION_EVICTION_SOFT = 'orrery.dev/eviction-soft';
const ANNOTATION_EVICTION_SOFT_GRACE_PERIOD = 'orrery.dev/eviction-soft-grace-period';
/** On a Node: how much more than a threshold is to be left when it has made room: `memory.available=500Mi`. */
const ANNOTATION_EVICTION_MINIMUM_RECLAIM = 'orrery.dev/eviction-minimum-reclaim';
const NO_RECLAIM: ReadonlyMap<Signal, Threshold['quantity']> = new Map();
/** On a Node: how long it goes on to report what it has run out of. @default 5m */
const ANNOTATION_TRANSITION_PERIOD = 'orrery.dev/eviction-pressure-transition-period';
const DEFAULT_TRANSITION_MS = 5 * 60_000;

/** What a kubelet looks at, in the order in which it acts on it. */
export const SIGNALS = {
  'memory.available': { pressure: 'MemoryPressure', resource: 'memory' },
  'allocatableMemory.available': { pressure: 'MemoryPressure', resource: 'memory' },
  'nodefs.available': { pressure: 'DiskPressure', resource: 'ephemeral-storage' },
  'imagefs.available': { pressure: 'DiskPressure', resource: 'ephemeral-storage' },
  'nodefs.inodesFree': { pressure: 'DiskPressure', resource: 'inodes' },
  'imagefs.inodesFree': { pressure: 'DiskPressure', resource: 'inodes' },
  'pid.available': { pressure: 'PIDPressure', resource: 'pids' },
} as const satisfies Record<string, { pressure: PressureType; resource: string }>;

export type Signal = keyof typeof SIGNALS;

/** Of what Pods may have: it has the hard threshold of the whole, and none that somebody names. */
const ALLOCATABLE_MEMORY: Signal = 'allocatableMemory.available';
export type EvictionResource = (typeof SIGNALS)[Signal]['resource'];

export interface Threshold {
  readonly signal: Signal;
  /** Below it the threshold is met: of a signal whose whole is `capacity`. */
  quantity(capacity: number): number;
  /** How long it has to be met; 0 for one that is hard. */
  readonly graceMs: number;
}

const DEFAULT_HARD =
  'memory.available<100Mi,nodefs.available<10%,imagefs.available<15%,nodefs.inodesFree<5%,imagefs.inodesFree<5%';
const DEFAULTS = withAllocatable(parseThresholds(DEFAULT_HARD));

/** The node's thresholds. What does not parse counts as absent. */
export function thresholdsOf({
  metadata: { annotations },
}: Pick<Node, 'metadata'>): readonly Threshold[] {
  const hard = annotations?.[ANNOTATION_EVICTION_HARD];
  const soft = annotations?.[ANNOTATION_EVICTION_SOFT];
  if (hard === undefined && soft === undefined) return DEFAULTS;
  const named = parseThresholds(hard ?? '');
  const usual = DEFAULTS.filter(({ signal }) => !named.some((own) => own.signal === signal));
  const graces = parseGraces(annotations?.[ANNOTATION_EVICTION_SOFT_GRACE_PERIOD] ?? '');
  // A soft threshold without a grace period is none, as a kubelet refuses it.
  const waiting = parseThresholds(soft ?? '').flatMap((threshold): Threshold[] => {
    const graceMs = graces.get(threshold.signal);
    return graceMs === undefined ? [] : [{ ...threshold, graceMs }];
  });
  return withAllocatable([...named, ...usual, ...waiting]);
}

function withAllocatable(thresholds: readonly Threshold[]): readonly Threshold[] {
  const own = thresholds.filter(({ signal }) => signal !== ALLOCATABLE_MEMORY);
  const ofMemory = own.find(
    ({ graceMs, signal }) => graceMs === 0 && signal === 'memory.available',
  );
  return ofMemory ? [...own, { ...ofMemory, signal: ALLOCATABLE_MEMORY }] : own;
}

/** How much more than the threshold has to be left before the node stops to make room, by signal. @default nothing */
export function minimumReclaimOf({
  metadata: { annotations },
}: Pick<Node, 'metadata'>): ReadonlyMap<Signal, Threshold['quantity']> {
  const text = annotations?.[ANNOTATION_EVICTION_MINIMUM_RECLAIM];
  if (text === undefined) return NO_RECLAIM;
  const entries = parseThresholds(text.replaceAll('=', '<'));
  return new Map(entries.map(({ quantity, signal }) => [signal, quantity]));
}

/** How long after it was last measured the node goes on to report a pressure. */
export function transitionPeriodMs({ metadata: { annotations } }: Node): number {
  return (
    parseGoDuration(annotations?.[ANNOTATION_TRANSITION_PERIOD] ?? '') ?? DEFAULT_TRANSITION_MS
  );
}

function isSignal(text: string): text is Signal {
  return Object.hasOwn(SIGNALS, text) && text !== ALLOCATABLE_MEMORY;
}

/** Those of the entries `signal<value` that parse. */
export function parseThresholds(text: string): Threshold[] {
  return text.split(',').flatMap((entry): Threshold[] => {
    const [signal = '', value = '', ...rest] = entry.split('<').map((part) => part.trim());
    const quantity = parseValue(value);
    if (!isSignal(signal) || !quantity || rest.length > 0) return [];
    return [{ signal, quantity, graceMs: 0 }];
  });
}

function parseValue(value: string): Threshold['quantity'] | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  if (percent !== undefined) {
    // In single precision, as a kubelet reckons it: a tenth of 100Gi is 10737418400 bytes.
    const part = Math.fround(Math.fround(Number(percent)) / 100);
    return part > 0 && part < 1 ? (capacity) => Math.floor(capacity * part) : undefined;
  }
  try {
    parseQuantity(value);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
  const amount = quantityValue(value);
  return amount > 0 ? () => amount : undefined;
}

function parseGraces(text: string): ReadonlyMap<string, number> {
  const graces = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [signal = '', duration = ''] = entry.split('=').map((part) => part.trim());
    const graceMs = parseGoDuration(duration);
    if (graceMs !== undefined && graceMs > 0) graces.set(signal, graceMs);
  }
  return graces;
}
