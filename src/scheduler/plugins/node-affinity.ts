import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { compileTerm, namesOnly, requiredNodeMatcher } from '../../scheme/node-selector.ts';
import type { NodeScorer, Plugin } from '../framework.ts';

export const REASON_NODE_AFFINITY = "node(s) didn't match Pod's node affinity/selector";

const REASONS = [REASON_NODE_AFFINITY];

/** `spec.nodeSelector` and `spec.affinity.nodeAffinity`: required terms filter, preferred terms score by their weights. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  sign: ({ pod }) => [pod.spec?.nodeSelector, pod.spec?.affinity?.nodeAffinity],
  preFilter({ pod }) {
    const matches = requiredNodeMatcher(pod.spec);
    if (!matches) return undefined;
    const required =
      pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const onlyNodes = required && namesOnly(required);
    return {
      filter: (node) => (node.node && matches(node.node) ? undefined : REASONS),
      ...(onlyNodes ? { onlyNodes } : {}),
    };
  },
  preScore: ({ pod }) => preferredScorer(pod),
  couldHelp(event, pod) {
    const matches = requiredNodeMatcher(pod.spec) ?? (() => true);
    if (event.type === 'node-added') return matches(event.node);
    return event.type === 'node-updated' && !matches(event.before) && matches(event.node);
  },
};

function preferredScorer(pod: Pod): NodeScorer | undefined {
  const preferred =
    pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = preferred.map(({ weight, preference }) => ({
    weight,
    matches: compileTerm(preference),
  }));
  if (terms.length === 0) return undefined;
  return {
    normalize: 'max',
    score({ node }) {
      let score = 0;
      for (const { weight, matches } of terms) if (node && matches(node)) score += weight;
      return score;
    },
  };
}
