import type { Node, Pod, TopologySpreadConstraint } from '../../scheme/generated/types/core-v1.ts';
import {
  compileRequirements,
  type LabelRequirement,
  requirementsOf,
} from '../../scheme/label-selector.ts';
import { type NodeMatcher, requiredNodeMatcher } from '../../scheme/node-selector.ts';
import { findUntolerated, TAINT_NO_EXECUTE, TAINT_NO_SCHEDULE } from '../../scheme/taints.ts';
import { ownValues } from './affinity-terms.ts';
import type { PodSelector } from './pod-counts.ts';

/** A topology spread constraint of one pod, with its selector and policies settled. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  /** With fewer domains than this, the emptiest of them counts as empty. */
  readonly minDomains: number;
  readonly selector: PodSelector;
  /** Whether the pod itself is one of those that it spreads. */
  readonly countsItself: boolean;
  /** Whether the node's pods count, by the constraint's policies. */
  includes(node: Node): boolean;
  /** All of the above that depends on the pod, as a value that encodes to JSON. */
  readonly signature: unknown;
}

export type WhenUnsatisfiable = TopologySpreadConstraint['whenUnsatisfiable'];

/** The constraints of `spec.topologySpreadConstraints` that say `whenUnsatisfiable`. */
export function spreadConstraintsOf(
  pod: Pod,
  whenUnsatisfiable: WhenUnsatisfiable,
): readonly SpreadConstraint[] {
  return (pod.spec?.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => settle(constraint, pod, requirementsFor(constraint, pod)));
}

/** `constraint` for pods that `requirements` select. */
export function settle(
  constraint: TopologySpreadConstraint,
  pod: Pod,
  requirements: readonly LabelRequirement[] | undefined,
): SpreadConstraint {
  const { topologyKey, maxSkew, minDomains = 1 } = constraint;
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = constraint;
  const selector = selectorOf(pod.metadata.namespace ?? '', requirements);
  const { namespace = '', labels } = pod.metadata;
  const countsItself = selector.matches({ namespace, labels });
  return {
    topologyKey,
    maxSkew,
    minDomains,
    selector,
    countsItself,
    includes: policyMatcher(pod, nodeAffinityPolicy === 'Honor', nodeTaintsPolicy === 'Honor'),
    signature: [
      [topologyKey, maxSkew, minDomains, selector.identity, countsItself],
      nodeAffinityPolicy === 'Honor' && [pod.spec?.nodeSelector, pod.spec?.affinity?.nodeAffinity],
      nodeTaintsPolicy === 'Honor' && pod.spec?.tolerations,
    ],
  };
}

function requirementsFor(
  { labelSelector, matchLabelKeys }: TopologySpreadConstraint,
  pod: Pod,
): readonly LabelRequirement[] | undefined {
  if (!labelSelector) return undefined;
  return [
    ...requirementsOf(labelSelector),
    ...ownValues(matchLabelKeys, pod.metadata.labels, 'in'),
  ];
}

/** Selects pods of one namespace that stay; without requirements to meet, none. */
function selectorOf(
  namespace: string,
  requirements: readonly LabelRequirement[] | undefined,
): PodSelector {
  const matches = requirements ? compileRequirements(requirements) : () => false;
  return {
    identity: JSON.stringify(['spread', namespace, requirements ?? null]),
    skipsTerminating: true,
    matches: (pod) => pod.namespace === namespace && matches(pod.labels),
  };
}

const HARD_EFFECTS = [TAINT_NO_SCHEDULE, TAINT_NO_EXECUTE];

function policyMatcher(pod: Pod, honorsAffinity: boolean, honorsTaints: boolean): NodeMatcher {
  const matchesAffinity = honorsAffinity ? requiredNodeMatcher(pod.spec) : undefined;
  const tolerations = pod.spec?.tolerations;
  return (node) => {
    if (matchesAffinity && !matchesAffinity(node)) return false;
    return !honorsTaints || !findUntolerated(node.spec?.taints, tolerations, HARD_EFFECTS);
  };
}
