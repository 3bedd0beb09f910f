import { tolerates } from '../../scheme/taints.ts';
import type { Plugin, Refusal } from '../framework.ts';

export const REASON_NODE_UNSCHEDULABLE = 'node(s) were unschedulable';

const REFUSAL: Refusal = { reasons: [REASON_NODE_UNSCHEDULABLE], isUnresolvable: true };

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
    return { filter: (node) => (node.node?.spec?.unschedulable ? REFUSAL : undefined) };
  },
  helpedBy: ['node-added', 'node-updated'],
  couldHelp(event) {
    if (event.type === 'node-added') return !event.node.spec?.unschedulable;
    return (
      event.type === 'node-updated' &&
      Boolean(event.before.spec?.unschedulable) &&
      !event.node.spec?.unschedulable
    );
  },
};
