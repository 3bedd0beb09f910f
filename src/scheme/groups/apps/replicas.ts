/** What workloads have in common: a selector, a template, counts in their status. */
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type { PodTemplateSpec } from '../../generated/types/core-v1.ts';
import {
  isEmptySelector,
  type LabelSelector,
  selectorMatcher,
  validateLabelSelector,
} from '../../label-selector.ts';
import { validateNonNegative } from '../../metadata-validation.ts';
import { validatePodTemplate } from '../core/pod-spec/validate-pod-template.ts';

interface ReplicatedSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
}

/** Judges the parts that both have, at `spec`. */
export function validateReplicated(spec: ReplicatedSpec, errors: FieldError[]): void {
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  const { selector, template, replicas = 0 } = spec;
  if (validateSelector(selector, 'empty selector is invalid for deployment', errors)) {
    checkTemplateMatches(selector, template, errors);
  }
  if (!template) {
    errors.push(required('spec.template'));
    return;
  }
  validatePodTemplate(template, 'spec.template', errors);
  validateLongRunning(template, 'ReplicaSet', errors);
  if (replicas > 1) validateReadOnlyDisks(template, errors);
}

/** Judges `spec.selector`. Gives whether it selects anything in particular. */
export function validateSelector(
  selector: LabelSelector | undefined,
  whenEmpty: string,
  errors: FieldError[],
): selector is LabelSelector {
  if (!selector) {
    errors.push(required('spec.selector'));
    return false;
  }
  validateLabelSelector(selector, 'spec.selector', errors);
  if (!isEmptySelector(selector)) return true;
  errors.push(invalid('spec.selector', selector, whenEmpty));
  return false;
}

/** A workload finds its Pods by its selector. */
export function checkTemplateMatches(
  selector: LabelSelector,
  template: PodTemplateSpec | undefined,
  errors: FieldError[],
): void {
  if (!template || selectorMatcher(selector)(template.metadata?.labels)) return;
  const field = 'spec.template.metadata.labels';
  const detail = '`selector` does not match template `labels`';
  errors.push(invalid(field, template.metadata?.labels ?? {}, detail));
}

/** Pods that are replaced when they end have no end of their own. */
export function validateLongRunning(
  { spec }: PodTemplateSpec,
  kind: string,
  errors: FieldError[],
): void {
  const { restartPolicy, activeDeadlineSeconds } = spec ?? {};
  if (restartPolicy !== 'Always') {
    const field = 'spec.template.spec.restartPolicy';
    errors.push(notSupported(field, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', detail));
  }
}

/** A disk that one node at a time may write to is of no use to several Pods. */
export function validateReadOnlyDisks({ spec }: PodTemplateSpec, errors: FieldError[]): void {
  spec?.volumes?.forEach(({ gcePersistentDisk }, index) => {
    if (!gcePersistentDisk || gcePersistentDisk.readOnly) return;
    const field = `spec.template.spec.volumes[${index}].gcePersistentDisk.readOnly`;
    const detail =
      'must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only';
    errors.push(invalid(field, false, detail));
  });
}

type Counts<Name extends string> = { readonly [name in Name]?: number };

/** None of the counts of a status is negative, and none is more than the replicas. */
export function validateCounts<Name extends string>(
  status: Counts<Name | 'replicas'>,
  names: readonly Name[],
  errors: FieldError[],
): void {
  const { replicas = 0 } = status as Counts<'replicas'>;
  for (const name of names) {
    const count = status[name];
    if (count === undefined) continue;
    validateNonNegative(count, `status.${name}`, errors);
    if (count > replicas) {
      errors.push(invalid(`status.${name}`, count, 'cannot be greater than status.replicas'));
    }
  }
}

/** Whoever is available is ready. */
export function checkAvailable(
  { availableReplicas = 0, readyReplicas = 0 }: Counts<'availableReplicas' | 'readyReplicas'>,
  errors: FieldError[],
  other = 'readyReplicas',
): void {
  if (availableReplicas <= readyReplicas) return;
  const detail = `cannot be greater than ${other}`;
  errors.push(invalid('status.availableReplicas', availableReplicas, detail));
}

interface Colliding {
  readonly collisionCount?: number | undefined;
}

/** Collisions are only ever counted up. */
export function checkCollisions(
  next: Colliding | undefined,
  current: Colliding | undefined,
  errors: FieldError[],
): void {
  const count = next?.collisionCount ?? 0;
  if (count >= (current?.collisionCount ?? 0)) return;
  errors.push(invalid('status.collisionCount', count, 'cannot be decremented'));
}
