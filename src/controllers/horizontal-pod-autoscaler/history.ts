/** What an autoscaler remembers: what it has recommended, and how it has scaled. Kept in memory, as in Kubernetes. */

/** Nobody looks back farther: the longest stabilization window. */
const MAX_AGE_MS = 3_600_000;

export interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

/** A change of the number of replicas, by which it grew or shrank. */
export interface ScaleEvent {
  readonly change: number;
  readonly atMs: number;
}

export interface ScalingHistory {
  readonly recommendations: readonly Recommendation[];
  readonly ups: readonly ScaleEvent[];
  readonly downs: readonly ScaleEvent[];
}

export const NO_HISTORY: ScalingHistory = { recommendations: [], ups: [], downs: [] };

const recent = <T extends { readonly atMs: number }>(items: readonly T[], nowMs: number): T[] =>
  items.filter(({ atMs }) => atMs > nowMs - MAX_AGE_MS);

/** The history with one recommendation more. */
export function recommended(
  history: ScalingHistory,
  replicas: number,
  nowMs: number,
): ScalingHistory {
  const recommendations = [...recent(history.recommendations, nowMs), { replicas, atMs: nowMs }];
  return { ...history, recommendations };
}

/** The history with one change more. */
export function scaled(
  history: ScalingHistory,
  from: number,
  to: number,
  nowMs: number,
): ScalingHistory {
  const event = { change: Math.abs(to - from), atMs: nowMs };
  if (to > from) return { ...history, ups: [...recent(history.ups, nowMs), event] };
  return { ...history, downs: [...recent(history.downs, nowMs), event] };
}

/** By how much the number changed in the last `periodSeconds`. */
export function changeWithin(
  events: readonly ScaleEvent[],
  periodSeconds: number,
  nowMs: number,
): number {
  return events
    .filter(({ atMs }) => atMs > nowMs - periodSeconds * 1_000)
    .reduce((sum, { change }) => sum + change, 0);
}
