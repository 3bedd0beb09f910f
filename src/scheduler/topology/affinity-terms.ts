import type { Pod, PodAffinityTerm } from '../../scheme/generated/types/core-v1.ts';
import {
  compileRequirements,
  type LabelMatcher,
  type LabelRequirement,
  requirementsOf,
  selectorMatcher,
} from '../../scheme/label-selector.ts';
import type { Labels } from '../../scheme/labels.ts';

/** What a term asks of a pod: its labels, and the namespace that it is in. */
export interface SelectedPod {
  readonly namespace: string;
  readonly labels: Labels | undefined;
}

/** The labels of a namespace, for terms that select namespaces by label. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

/** One (anti-)affinity term of a pod, compiled. */
export interface AffinityTerm {
  /** Equal for terms that select the same pods over the same topology. */
  readonly identity: string;
  readonly topologyKey: string;
  matches(pod: SelectedPod, namespaceLabels: NamespaceLabels): boolean;
}

export interface WeightedTerm {
  /** Below zero for a term to stay away from. */
  readonly weight: number;
  readonly term: AffinityTerm;
}

/** All that a pod says about its neighbours. */
export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  /** Preferred terms, the anti-affine ones with negative weights. */
  readonly preferred: readonly WeightedTerm[];
}

const NONE: AffinityTerms = { required: [], requiredAnti: [], preferred: [] };

/** The terms of `pod.spec.affinity`; one shared empty value for the many pods that have none. */
export function affinityTermsOf(pod: Pod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return NONE;
  const compile = (term: PodAffinityTerm) => compileTerm(term, pod);
  const weighted =
    (sign: 1 | -1) =>
    ({ weight, podAffinityTerm }: { weight: number; podAffinityTerm: PodAffinityTerm }) => ({
      weight: sign * weight,
      term: compile(podAffinityTerm),
    });
  return {
    required: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(compile),
    requiredAnti: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(
      compile,
    ),
    preferred: [
      ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted(1)),
      ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted(-1)),
    ],
  };
}

function compileTerm(term: PodAffinityTerm, pod: Pod): AffinityTerm {
  const { topologyKey, namespaceSelector } = term;
  const names = namespacesOf(term, pod);
  const requirements = term.labelSelector
    ? [...requirementsOf(term.labelSelector), ...keyRequirements(term, pod.metadata.labels)]
    : undefined;
  const matchesLabels: LabelMatcher = requirements
    ? compileRequirements(requirements)
    : () => false;
  const inNamespace = namespaceSelector ? selectorMatcher(namespaceSelector) : () => false;
  return {
    identity: JSON.stringify([topologyKey, names, namespaceSelector ?? null, requirements ?? null]),
    topologyKey,
    matches: ({ namespace, labels }, namespaceLabels) =>
      matchesLabels(labels) &&
      (names.includes(namespace) || inNamespace(namespaceLabels(namespace) ?? {})),
  };
}

/** A term that names no namespaces and selects none means the pod's own. */
function namespacesOf(
  { namespaces, namespaceSelector }: PodAffinityTerm,
  pod: Pod,
): readonly string[] {
  if (namespaces?.length) return [...namespaces].sort();
  return namespaceSelector ? [] : [pod.metadata.namespace ?? ''];
}

/** `matchLabelKeys` and `mismatchLabelKeys`, with the values that the pod itself has; keys that it lacks say nothing. */
function keyRequirements(
  { matchLabelKeys, mismatchLabelKeys }: PodAffinityTerm,
  labels: Labels | undefined,
): LabelRequirement[] {
  return [
    ...ownValues(matchLabelKeys, labels, 'in'),
    ...ownValues(mismatchLabelKeys, labels, 'notin'),
  ];
}

/** One requirement for each of `keys` that the labels have. */
export function ownValues(
  keys: readonly string[] | undefined,
  labels: Labels | undefined,
  operator: 'in' | 'notin',
): LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  for (const key of keys ?? []) {
    const value = labels?.[key];
    if (value !== undefined) requirements.push({ key, operator, values: [value] });
  }
  return requirements;
}
