import { isConditionTrue } from '../../conditions.ts';
import { humanDuration } from '../../duration.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { Job, JobSpec } from '../../generated/types/batch-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { dnsLabelProblems } from '../../names.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn } from '../columns.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { generateSelector, validateJobSelector } from './job-selector.ts';
import { validateJobStatus } from './job-status.ts';
import { validateJobUpdate } from './job-update.ts';
import { validateJobSpec } from './job-validation.ts';

/** Fills what a Job's spec leaves out, in a Job and in the template of a CronJob alike. */
export function applyJobSpecDefaults(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  if (spec.template) applyPodTemplateDefaults(spec.template);
}

function validate(job: Job): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = job;
  if (!spec) return [required('spec')];
  validateJobSelector(job, spec, errors);
  validateJobSpec(spec, 'spec', errors);
  return errors;
}

/** The host name of an indexed Pod is the name of its Job, a dash, and its index. */
function validateCreate({ metadata: { name = '' }, spec }: Job): FieldError[] {
  const { completionMode, completions = 0 } = spec ?? {};
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const longest = `${name}-${completions - 1}`;
  if (dnsLabelProblems(longest).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalid('metadata.name', name, detail)];
}

function statusOf({ metadata, spec, status }: Job): string {
  const conditions = status?.conditions;
  if (isConditionTrue(conditions, 'Complete')) return 'Complete';
  if (isConditionTrue(conditions, 'Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (isConditionTrue(conditions, 'Suspended') || spec?.suspend) return 'Suspended';
  if (isConditionTrue(conditions, 'FailureTarget')) return 'FailureTarget';
  if (isConditionTrue(conditions, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

/** batch/Job. */
export const jobStrategy: KindStrategy<Job> = {
  applyDefaults({ spec }) {
    if (spec) applyJobSpecDefaults(spec);
  },
  prepareForCreate(job) {
    job.status = {};
    generateSelector(job);
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  validate,
  validateCreate,
  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatus,
  selectableFields: { 'status.successful': ({ status }) => `${status?.succeeded ?? 0}` },
  printerColumns: [
    nameColumn,
    { name: 'Status', description: 'How far it is.', cell: statusOf },
    {
      name: 'Completions',
      description: 'How many Pods have succeeded, of how many are wanted.',
      cell: completions,
    },
    { name: 'Duration', description: 'How long it ran, or runs.', cell: duration },
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
};
