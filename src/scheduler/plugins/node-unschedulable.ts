import { tolerates } from '../../scheme/taints.ts';
import type { Plugin } from '../framework.ts';

export const REASON_NODE_UNSCHEDULABLE = 'node(s) were unschedulable';

const REASONS = [REASON_NODE_UNSCHEDULABLE];

/** What a cordoned node's `spec.unschedulable` stands for: a pod that tolerates the taint may go there. */
const UNSCHEDULABLE_TAINT = {
  key: 'node.kubernetes.io/unschedulable',
  effect: 'NoSchedule',
} as const;

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  sign: ({ pod }) => pod.spec?.tolerations,
  preFilter({ pod }) {
    const tolerations = pod.spec?.tolerations ?? [];
    if (tolerations.some((toleration) => tolerates(toleration, UNSCHEDULABLE_TAINT))) {
      return undefined;
    }
    return { filter: (node) => (node.node?.spec?.unschedulable ? REASONS : undefined) };
  },
  couldHelp(event) {
    if (event.type === 'node-added') return !event.node.spec?.unschedulable;
    return (
      event.type === 'node-updated' &&
      Boolean(event.before.spec?.unschedulable) &&
      !event.node.spec?.unschedulable
    );
  },
};
