/** What Pods may have of a node: all that it has, less what is kept for other things. Pure. */
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import {
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
  quantityOf,
  quantityValue,
  subtractQuantities,
} from '../../scheme/quantity.ts';
import { SIGNALS, thresholdsOf } from '../eviction/thresholds.ts';

/** On a Node: what its kubelet, and what its system, keep for themselves: `cpu=100m,memory=256Mi`. @default nothing */
const RESERVING_ANNOTATIONS = ['orrery.dev/kube-reserved', 'orrery.dev/system-reserved'];

/** Of these signals the threshold is kept free; of the others nothing that Pods ask for is. */
const RESERVING_SIGNALS: ReadonlySet<string> = new Set(['memory.available', 'nodefs.available']);

const HUGE_PAGES = 'hugepages-';

type Amounts = Readonly<Record<string, string>>;

/** What the node is kept for, beside Pods, by resource. */
interface Kept {
  readonly node: Pick<Node, 'metadata'>;
  readonly capacity: Amounts;
  /** What is kept beside what the node's annotations and thresholds say. @default nothing */
  readonly reserved?: Amounts;
}

/**
 * The capacity less the reserved parts, the hard eviction thresholds of memory and of the node's file system, and, of memory,
 * the huge pages. Never below zero.
 * @see https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/#node-allocatable
 */
export function allocatableOf({ capacity, node, reserved = {} }: Kept): Record<string, string> {
  const parts = [
    reserved,
    ...RESERVING_ANNOTATIONS.map((name) => parseAmounts(node.metadata.annotations?.[name] ?? '')),
    evictionReserve(node, capacity),
    { memory: hugePages(capacity) },
  ];
  return Object.fromEntries(
    Object.entries(capacity).map(([name, amount]) => [name, less(amount, parts, name)]),
  );
}

function less(amount: string, parts: readonly Amounts[], name: string): string {
  let left = quantityOf(amount);
  for (const part of parts) {
    const taken = part[name];
    if (taken !== undefined) left = subtractQuantities(left, taken);
  }
  return formatQuantity(left.nano < 0n ? { ...left, nano: 0n } : left);
}

function evictionReserve(node: Pick<Node, 'metadata'>, capacity: Amounts): Amounts {
  const reserve: Record<string, string> = {};
  for (const { graceMs, quantity, signal } of thresholdsOf(node)) {
    if (graceMs > 0 || !RESERVING_SIGNALS.has(signal)) continue;
    const { resource } = SIGNALS[signal];
    reserve[resource] = String(quantity(quantityValue(capacity[resource] ?? '0')));
  }
  return reserve;
}

function hugePages(capacity: Amounts): string {
  const pages = Object.entries(capacity).filter(([name]) => name.startsWith(HUGE_PAGES));
  const sum = pages.reduce((total, [, amount]) => total + quantityValue(amount), 0);
  return String(sum);
}

/** Those of the entries `resource=amount` that parse. */
function parseAmounts(text: string): Amounts {
  const amounts: Record<string, string> = {};
  for (const entry of text.split(',')) {
    const [name = '', amount = ''] = entry.split('=').map((part) => part.trim());
    const quantity = tryParse(amount);
    if (name && quantity && quantity.nano > 0n) amounts[name] = amount;
  }
  return amounts;
}

function tryParse(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
