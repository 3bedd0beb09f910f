/** A Job finds its Pods by a label with its UID, which it writes into its own template, unless its author chose a selector. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { Job, JobSpec } from '../../generated/types/batch-v1.ts';
import { selectorMatcher, validateLabelSelector } from '../../label-selector.ts';

const LABEL_CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const LABEL_JOB_NAME = 'batch.kubernetes.io/job-name';
const LEGACY_CONTROLLER_UID = 'controller-uid';
const LEGACY_JOB_NAME = 'job-name';

function labelsOf({ uid = '', name = '' }: Job['metadata']): Record<string, string> {
  return {
    [LABEL_CONTROLLER_UID]: uid,
    [LABEL_JOB_NAME]: name,
    [LEGACY_CONTROLLER_UID]: uid,
    [LEGACY_JOB_NAME]: name,
  };
}

/** Writes labels and selector, where the author left them out; what conflicts is for validation to tell. */
export function generateSelector({ metadata, spec }: Job): void {
  if (!spec || spec.manualSelector) return;
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: { ...labelsOf(metadata), ...spec.template.metadata?.labels },
  };
  spec.selector = {
    ...spec.selector,
    matchLabels: { [LABEL_CONTROLLER_UID]: metadata.uid ?? '', ...spec.selector?.matchLabels },
  };
}

export function validateJobSelector(job: Job, spec: JobSpec, errors: FieldError[]): void {
  const { selector, manualSelector, template } = spec;
  if (!selector) {
    errors.push(required('spec.selector'));
    return;
  }
  if (!manualSelector) validateGenerated(job, spec, errors);
  validateLabelSelector(selector, 'spec.selector', errors);
  const labels = template.metadata?.labels ?? {};
  if (selectorMatcher(selector)(labels)) return;
  const detail = '`selector` does not match template `labels`';
  errors.push(invalid('spec.template.metadata.labels', labels, detail));
}

function validateGenerated({ metadata }: Job, spec: JobSpec, errors: FieldError[]): void {
  const expected = labelsOf(metadata);
  const labels = spec.template.metadata?.labels ?? {};
  for (const key in expected) {
    const field = `spec.template.metadata.labels[${key}]`;
    const detail = `must be '${expected[key]}'`;
    if (labels[key] === undefined) errors.push(required(field, detail));
    else if (labels[key] !== expected[key]) errors.push(invalid(field, labels, detail));
  }
  if (!selectorMatcher(spec.selector)(expected)) {
    errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
}
