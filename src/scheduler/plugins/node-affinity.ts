import type { Node, NodeAffinity, Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  compileNodeSelector,
  compileTerm,
  type NodeMatcher,
  namesOnly,
  requiredNodeMatcher,
} from '../../scheme/node-selector.ts';
import type { NodeScorer, Plugin, PreFilterResult, Refusal } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';

export const REASON_NODE_AFFINITY = "node(s) didn't match Pod's node affinity/selector";
export const REASON_ADDED_AFFINITY = "node(s) didn't match scheduler-enforced node affinity";

const NOT_WANTED: Refusal = { reasons: [REASON_NODE_AFFINITY], isUnresolvable: true };
const NOT_FOR_PROFILE: Refusal = { reasons: [REASON_ADDED_AFFINITY], isUnresolvable: true };

export interface NodeAffinityOptions {
  /** What every pod of the profile asks for beside its own wishes. @default nothing */
  readonly addedAffinity?: NodeAffinity;
}

/** `spec.nodeSelector` and `spec.affinity.nodeAffinity`: required terms filter, preferred terms score by their weights. */
export function createNodeAffinity({ addedAffinity }: NodeAffinityOptions = {}): Plugin {
  const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isForProfile = added ? compileNodeSelector(added) : undefined;
  const isWanted = (node: Node, pod: PodInfo) =>
    (isForProfile?.(node) ?? true) && (requiredNodeMatcher(pod.pod.spec)?.(node) ?? true);
  return {
    name: 'NodeAffinity',
    sign: ({ pod }) => [pod.spec?.nodeSelector, pod.spec?.affinity?.nodeAffinity],
    preFilter: ({ pod }) => preFilter(pod, isForProfile),
    preScore: ({ pod }) => preferredScorer([affinityOf(pod), addedAffinity]),
    helpedBy: ['node-added', 'node-updated'],
    couldHelp(event, pod) {
      if (event.type === 'node-added') return isWanted(event.node, pod);
      if (event.type !== 'node-updated') return false;
      return !isWanted(event.before, pod) && isWanted(event.node, pod);
    },
  };
}

function affinityOf({ spec }: Pod): NodeAffinity | undefined {
  return spec?.affinity?.nodeAffinity;
}

function preFilter(pod: Pod, isForProfile: NodeMatcher | undefined): PreFilterResult | undefined {
  const matches = requiredNodeMatcher(pod.spec);
  if (!matches && !isForProfile) return undefined;
  const required = affinityOf(pod)?.requiredDuringSchedulingIgnoredDuringExecution;
  const onlyNodes = required && namesOnly(required);
  return {
    filter({ node }) {
      if (!node || isForProfile?.(node) === false) return NOT_FOR_PROFILE;
      return matches?.(node) === false ? NOT_WANTED : undefined;
    },
    ...(onlyNodes ? { onlyNodes } : {}),
  };
}

function preferredScorer(
  affinities: readonly (NodeAffinity | undefined)[],
): NodeScorer | undefined {
  const terms = affinities
    .flatMap((affinity) => affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .map(({ weight, preference }) => ({ weight, matches: compileTerm(preference) }));
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
