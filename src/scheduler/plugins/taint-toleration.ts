import type { Node, Pod, Taint, Toleration } from '../../scheme/generated/types/core-v1.ts';
import {
  findUntolerated,
  TAINT_NO_EXECUTE,
  TAINT_NO_SCHEDULE,
  TAINT_PREFER_NO_SCHEDULE,
} from '../../scheme/taints.ts';
import type { Plugin, Refusal } from '../framework.ts';

export const REASON_UNTOLERATED_TAINT = 'node(s) had untolerated taint(s)';

const HARD_EFFECTS = [TAINT_NO_SCHEDULE, TAINT_NO_EXECUTE];
const SOFT_EFFECTS = [TAINT_PREFER_NO_SCHEDULE];

const REFUSAL: Refusal = { reasons: [REASON_UNTOLERATED_TAINT], isUnresolvable: true };

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer `PreferNoSchedule` ones. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  sign: ({ pod }) => pod.spec?.tolerations,
  preFilter({ pod }) {
    const tolerations = pod.spec?.tolerations;
    return {
      filter: (node) => (node.node && rejects(node.node, tolerations) ? REFUSAL : undefined),
    };
  },
  preScore({ pod }) {
    const tolerations = pod.spec?.tolerations;
    return {
      normalize: 'reverse-max',
      score: (node) => countUntoleratedPreferences(node.node?.spec?.taints ?? [], tolerations),
    };
  },
  helpedBy: ['node-added', 'node-updated'],
  couldHelp(event, { pod }) {
    if (event.type === 'node-added') return !rejects(event.node, pod.spec?.tolerations);
    return event.type === 'node-updated' && nowTolerated(event.before, event.node, pod);
  },
};

function rejects(node: Node, tolerations: readonly Toleration[] | undefined): boolean {
  return findUntolerated(node.spec?.taints, tolerations, HARD_EFFECTS) !== undefined;
}

function nowTolerated(before: Node, after: Node, pod: Pod): boolean {
  return rejects(before, pod.spec?.tolerations) && !rejects(after, pod.spec?.tolerations);
}

function countUntoleratedPreferences(
  taints: readonly Taint[],
  tolerations: readonly Toleration[] | undefined,
): number {
  return taints.filter((taint) => findUntolerated([taint], tolerations, SOFT_EFFECTS)).length;
}
