/** Which nodes a Pod may go to by its node selector and its node affinity: what the scheduler and DaemonSets both ask. */
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
} from './generated/types/core-v1.ts';

export type NodeMatcher = (node: Node) => boolean;

const NEVER: NodeMatcher = () => false;

/**
 * The nodes that satisfy `nodeSelector` and the required part of `affinity.nodeAffinity`; undefined when any node does.
 */
export function requiredNodeMatcher(spec: PodSpec | undefined): NodeMatcher | undefined {
  const selector = Object.entries(spec?.nodeSelector ?? {});
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (selector.length === 0 && !required) return undefined;
  const affinityMatches = required ? compileNodeSelector(required) : () => true;
  return (node) => {
    const labels = node.metadata.labels ?? {};
    return selector.every(([key, value]) => labels[key] === value) && affinityMatches(node);
  };
}

/** A node selector matches when one of its terms does; no terms match nothing. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  const terms = selector.nodeSelectorTerms.map(compileTerm);
  return (node) => terms.some((matches) => matches(node));
}

/** A term matches when all of its requirements do; an empty term matches nothing. */
export function compileTerm(term: NodeSelectorTerm): NodeMatcher {
  const byLabel = (term.matchExpressions ?? []).map((requirement) => {
    const holds = compileRequirement(requirement);
    return (node: Node) => holds(node.metadata.labels?.[requirement.key]);
  });
  const byField = (term.matchFields ?? []).map((requirement) => {
    if (requirement.key !== 'metadata.name') return NEVER;
    const holds = compileRequirement(requirement);
    return (node: Node) => holds(node.metadata.name);
  });
  const all = [...byLabel, ...byField];
  return all.length === 0 ? NEVER : (node) => all.every((matches) => matches(node));
}

/**
 * The names of the only nodes that can match, when every term pins the name (as a DaemonSet's pods do); undefined when
 * any other node might.
 */
export function namesOnly(selector: NodeSelector): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const term of selector.nodeSelectorTerms) {
    const pinned = term.matchFields?.find(
      ({ key, operator }) => key === 'metadata.name' && operator === 'In',
    );
    if (!pinned) return undefined;
    for (const name of pinned.values ?? []) names.add(name);
  }
  return names;
}

function compileRequirement({
  operator,
  values = [],
}: NodeSelectorRequirement): (actual: string | undefined) => boolean {
  switch (operator) {
    case 'In':
      return (actual) => actual !== undefined && values.includes(actual);
    case 'NotIn':
      return (actual) => actual === undefined || !values.includes(actual);
    case 'Exists':
      return (actual) => actual !== undefined;
    case 'DoesNotExist':
      return (actual) => actual === undefined;
    case 'Gt':
      return (actual) => comparable(actual, values[0]) && BigInt(actual) > BigInt(values[0] ?? '');
    case 'Lt':
      return (actual) => comparable(actual, values[0]) && BigInt(actual) < BigInt(values[0] ?? '');
    default:
      return () => false;
  }
}

/** `Gt` and `Lt` hold between whole numbers only. */
function comparable(actual: string | undefined, wanted: string | undefined): actual is string {
  return /^-?\d+$/.test(actual ?? '') && /^-?\d+$/.test(wanted ?? '');
}
