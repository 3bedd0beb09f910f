/** What ReplicaSets and Deployments have in common: a selector, a template, a number of replicas. */
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
  const { selector, template } = spec;
  if (!selector) errors.push(required('spec.selector'));
  else {
    validateLabelSelector(selector, 'spec.selector', errors);
    if (isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
    } else if (template && !selectorMatcher(selector)(template.metadata?.labels)) {
      const field = 'spec.template.metadata.labels';
      const detail = '`selector` does not match template `labels`';
      errors.push(invalid(field, template.metadata?.labels ?? {}, detail));
    }
  }
  if (template) validateReplicatedTemplate(template, errors);
  else errors.push(required('spec.template'));
}

function validateReplicatedTemplate(template: PodTemplateSpec, errors: FieldError[]): void {
  validatePodTemplate(template, 'spec.template', errors);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') {
    const field = 'spec.template.spec.restartPolicy';
    errors.push(notSupported(field, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', detail));
  }
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
