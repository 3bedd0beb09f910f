/** How long kubelets may keep what they have read, by the size of the cluster. Pure. */
import type { Node } from '../../scheme/generated/types/core-v1.ts';

export const ANNOTATION_TTL = 'node.alpha.kubernetes.io/ttl';

interface Step {
  /** Below it a cluster has become small enough for the step before. */
  readonly fromNodes: number;
  /** Above it a cluster has become too large for this step. */
  readonly toNodes: number;
  readonly ttlSeconds: number;
}

/** They overlap, so that a cluster at a boundary does not go to and fro. */
const STEPS: readonly Step[] = [
  { fromNodes: 0, toNodes: 100, ttlSeconds: 0 },
  { fromNodes: 90, toNodes: 500, ttlSeconds: 15 },
  { fromNodes: 450, toNodes: 1_000, ttlSeconds: 30 },
  { fromNodes: 900, toNodes: 2_000, ttlSeconds: 60 },
  { fromNodes: 1_800, toNodes: Number.POSITIVE_INFINITY, ttlSeconds: 300 },
];

const stepAt = (step: number): Step => STEPS[step] as Step;

/** The step of a cluster of this size that was at `step` before. @param step from 0 */
export function nextStep(step: number, nodes: number): number {
  let next = step;
  while (nodes > stepAt(next).toNodes) next++;
  while (nodes < stepAt(next).fromNodes) next--;
  return next;
}

/** The annotation's value that the node lacks; undefined when it has it. */
export function missingTtl({ metadata }: Node, step: number): string | undefined {
  const wanted = String(stepAt(step).ttlSeconds);
  return metadata.annotations?.[ANNOTATION_TTL] === wanted ? undefined : wanted;
}
