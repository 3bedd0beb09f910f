import { deepEqual } from '../../lib/deep-equal.ts';
import { featuresNeededBy } from '../../scheme/node-features.ts';
import type { Plugin, Refusal } from '../framework.ts';

export const REASON_FEATURES_MISSING = "node(s) didn't match Pod's required features";

const REFUSAL: Refusal = { reasons: [REASON_FEATURES_MISSING], isUnresolvable: true };

/** Keeps pods off nodes whose kubelet does not say that it can do what they need. */
export const nodeDeclaredFeatures: Plugin = {
  name: 'NodeDeclaredFeatures',
  sign: ({ pod }) => featuresNeededBy(pod.spec),
  preFilter({ pod }) {
    const needed = featuresNeededBy(pod.spec);
    if (needed.length === 0) return undefined;
    return {
      filter: ({ node }) => {
        const declared = node?.status?.declaredFeatures ?? [];
        return needed.every((feature) => declared.includes(feature)) ? undefined : REFUSAL;
      },
    };
  },
  helpedBy: ['node-added', 'node-updated'],
  couldHelp: (event) =>
    event.type !== 'node-updated' ||
    !deepEqual(event.before.status?.declaredFeatures, event.node.status?.declaredFeatures),
};
