import { MAX_NODE_SCORE } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** A resource that takes part in the score of a node. */
export interface ScoredResource {
  readonly name: string;
  /** @default 1 */
  readonly weight?: number;
}

/** A point of the function from utilization (0 to 100 percent) to score (0 to 10). */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** How nodes are scored by what is left of them, as in NodeResourcesFitArgs. */
export type ScoringStrategy =
  | {
      readonly type: 'LeastAllocated' | 'MostAllocated';
      readonly resources: readonly ScoredResource[];
    }
  | {
      readonly type: 'RequestedToCapacityRatio';
      readonly resources: readonly ScoredResource[];
      readonly shape: readonly ShapePoint[];
    };

/** The highest score that a shape can give. */
export const MAX_SHAPE_SCORE = 10;

export const CPU_AND_MEMORY: readonly ScoredResource[] = [{ name: 'cpu' }, { name: 'memory' }];

export const DEFAULT_STRATEGY: ScoringStrategy = {
  type: 'LeastAllocated',
  resources: CPU_AND_MEMORY,
};

/** The score of one resource with `requested` of its `capacity` given away, pod included. */
export type ResourceScore = (requested: number, capacity: number) => number;

/** The score of a node, 0 to 100, as a weighted mean over resources. */
export function createResourceScorer(
  strategy: ScoringStrategy,
): (pod: PodInfo, node: NodeInfo) => number {
  const scoreOf = resourceScoreOf(strategy);
  // A shape's zero has no vote, and its mean is rounded: so it is in Kubernetes.
  const isShaped = strategy.type === 'RequestedToCapacityRatio';
  const round = isShaped ? Math.round : Math.floor;
  return (pod, node) => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight = 1 } of strategy.resources) {
      if (!hasVote(name, pod, node)) continue;
      const requested = (node.scoredRequested[name] ?? 0) + (pod.scoredRequests[name] ?? 0);
      const score = scoreOf(requested, node.allocatable[name] ?? 0);
      if (isShaped && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : round(sum / weights);
  };
}

/** A resource that the node does not have has no vote, nor an extended one that the pod does not want. */
function hasVote(name: string, pod: PodInfo, node: NodeInfo): boolean {
  if (!node.allocatable[name]) return false;
  return !isExtended(name) || Boolean(pod.scoredRequests[name]);
}

function resourceScoreOf(strategy: ScoringStrategy): ResourceScore {
  switch (strategy.type) {
    case 'LeastAllocated':
      return (requested, capacity) =>
        Math.floor((Math.max(0, capacity - requested) * MAX_NODE_SCORE) / capacity);
    case 'MostAllocated':
      return (requested, capacity) =>
        Math.floor((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity);
    case 'RequestedToCapacityRatio':
      return shapedScore(strategy.shape);
  }
}

/** Linear between the points, level outside of them. */
export function shapedScore(shape: readonly ShapePoint[]): ResourceScore {
  const points = shape.map(({ utilization, score }) => ({
    utilization,
    score: (score * MAX_NODE_SCORE) / MAX_SHAPE_SCORE,
  }));
  return (requested, capacity) => {
    const utilization = requested > capacity ? 100 : Math.floor((requested * 100) / capacity);
    const next = points.findIndex((point) => utilization <= point.utilization);
    const upper = points[next];
    const lower = points[next - 1];
    if (!upper) return points.at(-1)?.score ?? 0;
    if (!lower) return upper.score;
    const share = (utilization - lower.utilization) / (upper.utilization - lower.utilization);
    return Math.trunc(lower.score + (upper.score - lower.score) * share);
  };
}

const NATIVE = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);

function isExtended(name: string): boolean {
  return !NATIVE.has(name);
}
