import type {
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
} from '../generated/types/core-v1.ts';
import { qosClassOf } from '../resources-of-pod.ts';
import { matchesRequirement } from './requirement.ts';

/** Which objects a quota is about, from both of its spellings; all of them must hold. */
export function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec?.scopes ?? []).map(
    (scopeName): ScopedResourceSelectorRequirement => ({ scopeName, operator: 'Exists' }),
  );
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

export function podMatchesScope(pod: Pod, scope: ScopedResourceSelectorRequirement): boolean {
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return matchesRequirement(scope, pod.spec?.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return affinityTermsOf(pod).some(isCrossNamespace);
    default:
      return false;
  }
}

/** Claims know one scope; any of the classes that a claim is in, or on its way to, will do. */
export function claimMatchesScope(
  { spec, status }: PersistentVolumeClaim,
  scope: ScopedResourceSelectorRequirement,
): boolean {
  if (scope.scopeName !== 'VolumeAttributesClass') return false;
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter((name) => Boolean(name));
  if (names.length === 0) return matchesRequirement(scope, undefined);
  return names.some((name) => matchesRequirement(scope, name));
}

/** A Pod that is bound to end, not one that is being deleted. */
function isTerminating({ spec }: Pod): boolean {
  return (spec?.activeDeadlineSeconds ?? -1) >= 0;
}

function isBestEffort({ spec }: Pod): boolean {
  return spec !== undefined && qosClassOf(spec) === 'BestEffort';
}

function affinityTermsOf({ spec }: Pod): PodAffinityTerm[] {
  return [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
  ]);
}

function isCrossNamespace({ namespaces, namespaceSelector }: PodAffinityTerm): boolean {
  return Boolean(namespaces?.length) || namespaceSelector !== undefined;
}
