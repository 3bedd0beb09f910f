/** What of a Pod may change once it is there: almost nothing. */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type { Container, NodeSelectorTerm, Pod, PodSpec } from '../../generated/types/core-v1.ts';
import { inclusiveRange } from '../../names.ts';
import { changedPaths } from '../changed-paths.ts';
import { validatePodAnnotationsUpdate } from './pod-spec/validate-pod-annotations.ts';
import { validateTolerationsUpdate } from './pod-spec/validate-tolerations.ts';

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

const MAX_INT32 = 2_147_483_647;

export function validatePodUpdate(next: Pod, current: Pod): FieldError[] {
  const errors: FieldError[] = [];
  if (!deepEqual(next.metadata.annotations, current.metadata.annotations)) {
    validatePodAnnotationsUpdate(next.metadata.annotations, current.metadata.annotations, errors);
  }
  const spec = next.spec ?? { containers: [] };
  const before = current.spec ?? { containers: [] };
  if (deepEqual(spec, before)) return errors;
  if (!sameContainers(spec, before, errors)) return errors;
  validateImages(spec.containers, 'spec.containers', errors);
  validateImages(spec.initContainers ?? [], 'spec.initContainers', errors);
  validateDeadline(spec, before, errors);
  validateTolerationsUpdate(
    spec.tolerations ?? [],
    before.tolerations ?? [],
    'spec.tolerations',
    errors,
  );
  validateGates(spec, before, errors);
  const allowed = withAllowedChangesUndone(spec, before, errors);
  if (deepEqual(allowed, before)) return errors;
  const changes = changedPaths(allowed, before, 'spec').join(', ');
  const detail = `pod updates may not change fields other than ${UPDATABLE}\nchanged: ${changes}`;
  errors.push(forbiddenField('spec', detail));
  return errors;
}

function sameContainers(next: PodSpec, current: PodSpec, errors: FieldError[]): boolean {
  for (const list of ['containers', 'initContainers'] as const) {
    if ((next[list]?.length ?? 0) === (current[list]?.length ?? 0)) continue;
    const detail = 'pod updates may not add or remove containers';
    errors.push(forbiddenField(`spec.${list}`, detail));
    return false;
  }
  return true;
}

function validateImages(
  containers: readonly Container[],
  path: string,
  errors: FieldError[],
): void {
  containers.forEach(({ image }, index) => {
    if (!image) errors.push(required(`${path}[${index}].image`));
  });
}

/** A deadline may be set, and may come nearer. */
function validateDeadline(
  { activeDeadlineSeconds: next }: PodSpec,
  { activeDeadlineSeconds: current }: PodSpec,
  errors: FieldError[],
): void {
  const field = 'spec.activeDeadlineSeconds';
  if (next === undefined) {
    if (current === undefined) return;
    errors.push(invalid(field, next, 'must not update from a positive integer to nil value'));
  } else if (next < 0 || next > MAX_INT32) {
    errors.push(invalid(field, next, inclusiveRange(0, MAX_INT32)));
  } else if (current !== undefined && current < next) {
    errors.push(invalid(field, next, 'must be less than or equal to previous value'));
  }
}

function validateGates(
  { schedulingGates: next = [] }: PodSpec,
  { schedulingGates: current = [] }: PodSpec,
  errors: FieldError[],
): void {
  next.forEach(({ name }, index) => {
    if (current.some((gate) => gate.name === name)) return;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbiddenField(`spec.schedulingGates[${index}].name`, detail));
  });
}

/** The new spec with everything as before that may change: what still differs may not. */
function withAllowedChangesUndone(next: PodSpec, current: PodSpec, errors: FieldError[]): PodSpec {
  const undone: PodSpec = {
    ...next,
    containers: withImagesOf(next.containers, current.containers),
    activeDeadlineSeconds: current.activeDeadlineSeconds,
    schedulingGates: current.schedulingGates,
    tolerations: current.tolerations,
  };
  if (next.initContainers) {
    undone.initContainers = withImagesOf(next.initContainers, current.initContainers ?? []);
  }
  const wasNegative = (current.terminationGracePeriodSeconds ?? 0) < 0;
  if (wasNegative && next.terminationGracePeriodSeconds === 1) {
    undone.terminationGracePeriodSeconds = current.terminationGracePeriodSeconds;
  }
  if (current.schedulingGates?.length) undoGatedChanges(undone, current, errors);
  return undone;
}

function withImagesOf(next: readonly Container[], current: readonly Container[]): Container[] {
  return next.map((container, index) => ({ ...container, image: current[index]?.image }));
}

/** Where a Pod that still waits at a gate may run can be narrowed. */
function undoGatedChanges(undone: PodSpec, current: PodSpec, errors: FieldError[]): void {
  const before = current.nodeSelector ?? {};
  const dropped = Object.keys(before).some((key) => undone.nodeSelector?.[key] !== before[key]);
  if (dropped) {
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid('spec.nodeSelector', undone.nodeSelector, detail));
  }
  undone.nodeSelector = current.nodeSelector;
  validateNodeAffinityChange(undone, current, errors);
  const { nodeAffinity: _, ...others } = undone.affinity ?? {};
  const ofNodes = current.affinity?.nodeAffinity;
  const isEmpty = Object.keys(others).length === 0 && !ofNodes && !current.affinity;
  undone.affinity = isEmpty ? undefined : { ...others, nodeAffinity: ofNodes };
}

const TERMS_PATH =
  'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';

function termsOf({ affinity }: PodSpec): readonly NodeSelectorTerm[] {
  const needed = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return needed?.nodeSelectorTerms ?? [];
}

function validateNodeAffinityChange(next: PodSpec, current: PodSpec, errors: FieldError[]): void {
  const before = termsOf(current);
  const after = termsOf(next);
  if (before.length === 0) return;
  if (before.length !== after.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    errors.push(invalid(TERMS_PATH, after, detail));
    return;
  }
  before.forEach((term, index) => {
    if (onlyAdds(after[index] ?? {}, term)) return;
    const detail = 'only additions are allowed (no mutations or deletions)';
    errors.push(invalid(`${TERMS_PATH}[${index}]`, after[index], detail));
  });
}

function onlyAdds(next: NodeSelectorTerm, current: NodeSelectorTerm): boolean {
  const wasEmpty = !current.matchExpressions?.length && !current.matchFields?.length;
  if (wasEmpty) return !next.matchExpressions?.length && !next.matchFields?.length;
  return (['matchExpressions', 'matchFields'] as const).every((list) => {
    const before = current[list] ?? [];
    return deepEqual(next[list]?.slice(0, before.length) ?? [], before);
  });
}
