import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { compileNodeSelector, type NodeMatcher } from './node-selector.ts';

/** What `spec.nodeSelector` and required node affinity ask of a node together; undefined when they ask nothing. */
export function requiredNodeMatcher(pod: Pod): NodeMatcher | undefined {
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (selector.length === 0 && !required) return undefined;
  const affinityMatches = required ? compileNodeSelector(required) : () => true;
  return (node: Node) => {
    const labels = node.metadata.labels ?? {};
    return selector.every(([key, value]) => labels[key] === value) && affinityMatches(node);
  };
}
