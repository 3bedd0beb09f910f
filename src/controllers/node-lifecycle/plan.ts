/** The taints and labels that a Node should have for what its conditions say. Pure. */
import { toRfc3339 } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Node, Taint } from '../../scheme/generated/types/core-v1.ts';
import { TAINT_NO_EXECUTE, TAINT_NO_SCHEDULE } from '../../scheme/taints.ts';
import {
  nodeReadyCondition,
  TAINT_NOT_READY,
  TAINT_UNREACHABLE,
  TAINT_UNSCHEDULABLE,
} from '../shared/nodes.ts';

/** By condition and status: the taint that keeps new Pods away. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: TAINT_NOT_READY, Unknown: TAINT_UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
};

/** The NoSchedule taints that are this controller's; others are left alone. */
const OWN_NO_SCHEDULE: ReadonlySet<string> = new Set([
  TAINT_UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus)),
]);

const OWN_NO_EXECUTE: readonly string[] = [TAINT_NOT_READY, TAINT_UNREACHABLE];

/** Labels that old tools read, and the ones that they repeat. */
const REPEATED_LABELS: readonly (readonly [string, string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

export interface NodePlanInput {
  readonly node: Node;
  /** Nobody in the cluster is heard from: the fault is likely here, and no Pod is evicted for it. */
  readonly isEvictionStopped: boolean;
  /** Asked when the Node would be marked for eviction: whether its turn has come. */
  readonly takeEvictionTurn: () => boolean;
  readonly nowMs: number;
}

export interface NodePlan {
  /** The Node as it should be; the same object when it is. */
  readonly node: Node;
  /** It must still be marked for eviction, and its turn has not come. */
  readonly awaitsEviction: boolean;
}

export function planNode(input: NodePlanInput): NodePlan {
  const { node } = input;
  const current = node.spec?.taints ?? [];
  const wanted = wantedTaints(input, current);
  const kept = current.filter((taint) => !isOwn(taint) || findTaint(wanted.taints, taint));
  const timeAdded = toRfc3339(input.nowMs);
  const added = wanted.taints
    .filter((taint) => !findTaint(current, taint))
    .map((taint) => ({ ...taint, timeAdded }));
  const labels = withRepeatedLabels(node.metadata.labels);
  const isSame =
    added.length === 0 && kept.length === current.length && labels === node.metadata.labels;
  if (isSame) return { node, awaitsEviction: wanted.awaitsEviction };
  const taints = [...kept, ...added];
  return {
    node: {
      ...node,
      metadata: { ...node.metadata, labels },
      spec: { ...node.spec, taints: taints.length > 0 ? taints : undefined },
    },
    awaitsEviction: wanted.awaitsEviction,
  };
}

interface WantedTaints {
  readonly taints: readonly Taint[];
  readonly awaitsEviction: boolean;
}

function wantedTaints(input: NodePlanInput, current: readonly Taint[]): WantedTaints {
  const taints = noScheduleTaints(input.node);
  const key = evictionTaint(input.node);
  if (key === undefined || input.isEvictionStopped) return { taints, awaitsEviction: false };
  const isMarked = current.some(
    (taint) => taint.effect === TAINT_NO_EXECUTE && OWN_NO_EXECUTE.includes(taint.key),
  );
  // From one such taint to the other needs no turn: its Pods have been counted on to move already.
  if (!isMarked && !input.takeEvictionTurn()) return { taints, awaitsEviction: true };
  return { taints: [...taints, { key, effect: TAINT_NO_EXECUTE }], awaitsEviction: false };
}

function noScheduleTaints({ status, spec, metadata: _ }: Node): Taint[] {
  const conditions = status?.conditions ?? [];
  const keys = conditions.flatMap(
    ({ type, status: value }) => CONDITION_TAINTS[type]?.[value] ?? [],
  );
  // A Node that has never reported is no place for Pods yet.
  if (!conditions.some(({ type }) => type === 'Ready')) keys.push(TAINT_NOT_READY);
  if (spec?.unschedulable) keys.push(TAINT_UNSCHEDULABLE);
  return keys.map((key) => ({ key, effect: TAINT_NO_SCHEDULE }));
}

function evictionTaint(node: Node): string | undefined {
  const ready = nodeReadyCondition(node);
  if (ready?.status === 'False') return TAINT_NOT_READY;
  return ready?.status === 'Unknown' ? TAINT_UNREACHABLE : undefined;
}

function isOwn({ key, effect }: Taint): boolean {
  if (effect === TAINT_NO_SCHEDULE) return OWN_NO_SCHEDULE.has(key);
  return effect === TAINT_NO_EXECUTE && OWN_NO_EXECUTE.includes(key);
}

function findTaint(taints: readonly Taint[], { key, effect }: Taint): Taint | undefined {
  return taints.find((taint) => taint.key === key && taint.effect === effect);
}

/** The same object when nothing is to be repeated. */
function withRepeatedLabels(
  labels: Record<string, string> | undefined,
): Record<string, string> | undefined {
  let next = labels;
  for (const [from, to] of REPEATED_LABELS) {
    const value = labels?.[from];
    if (value !== undefined && labels?.[to] !== value) next = { ...next, [to]: value };
  }
  return next;
}

/** Whether the plan may come out differently, or the Pods must be looked at: heartbeats alone change nothing. */
export function isNewsOfNode(previous: Node, node: Node): boolean {
  return (
    previous.spec?.unschedulable !== node.spec?.unschedulable ||
    !deepEqual(previous.spec?.taints, node.spec?.taints) ||
    !deepEqual(previous.metadata.labels, node.metadata.labels) ||
    !deepEqual(statusesOf(previous), statusesOf(node))
  );
}

function statusesOf({ status }: Node): Readonly<Record<string, string>> {
  return Object.fromEntries(
    status?.conditions?.map(({ type, status: value }) => [type, value]) ?? [],
  );
}
