import { cronScheduleProblem } from '../../cron-schedule.ts';
import { ageSince } from '../../duration.ts';
import { type FieldError, invalid, notSupported } from '../../field-error.ts';
import type { CronJob, JobTemplateSpec } from '../../generated/types/batch-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { formatLabelSelector } from '../../label-selector.ts';
import { timeZoneProblem } from '../../time-zone.ts';
import { checkCounts, requireOneOf, requireText } from '../checks.ts';
import { ageColumn, containerColumnsOf, NONE, nameColumn } from '../columns.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { applyJobSpecDefaults } from './job.ts';
import { validateJobSpec } from './job-validation.ts';

function applyDefaults({ spec }: CronJob): void {
  if (!spec) return;
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  if (spec.jobTemplate?.spec) applyJobSpecDefaults(spec.jobTemplate.spec);
}

const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Replace'];
/** A Job's name has 63 bytes at most; eleven of them are the time that its CronJob appends. */
const MAX_NAME_BYTES = 52;
const COUNTS = [
  'startingDeadlineSeconds',
  'successfulJobsHistoryLimit',
  'failedJobsHistoryLimit',
] as const;

function validate({ spec }: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  const { schedule, concurrencyPolicy, jobTemplate } = spec;
  if (requireText(schedule, 'spec.schedule', errors)) {
    const problem = cronScheduleProblem(schedule);
    if (problem) errors.push(invalid('spec.schedule', schedule, problem));
  }
  checkCounts(spec, COUNTS, 'spec', errors);
  requireOneOf(concurrencyPolicy, CONCURRENCY_POLICIES, 'spec.concurrencyPolicy', errors);
  validateJobTemplate(jobTemplate, errors);
  return errors;
}

/** A schedule that had a zone in it before there was a field for it may keep it. */
function validateZoneInSchedule(
  { schedule = '', timeZone }: CronJob['spec'],
  isOld: boolean,
  errors: FieldError[],
): void {
  if (!schedule.includes('TZ') || (isOld && timeZone === undefined)) return;
  const detail = isOld
    ? 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
    : 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  errors.push(invalid('spec.schedule', schedule, detail));
}

function validateTimeZone(timeZone: string, errors: FieldError[]): void {
  const field = 'spec.timeZone';
  if (timeZone === '') {
    errors.push(invalid(field, timeZone, 'timeZone must be nil or non-empty string'));
  } else if (timeZone.toLowerCase() === 'local') {
    const detail =
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errors.push(invalid(field, timeZone, detail));
  } else {
    const problem = timeZoneProblem(timeZone);
    if (problem) errors.push(invalid(field, timeZone, problem));
  }
}

/** Each Job that is made of the template selects its own Pods. */
function validateJobTemplate({ spec }: JobTemplateSpec, errors: FieldError[]): void {
  const path = 'spec.jobTemplate.spec';
  // Without a spec there is no template that Pods could be made of.
  if (!spec) {
    requireText(undefined, `${path}.template`, errors);
    return;
  }
  validateJobSpec(spec, path, errors);
  const { selector, manualSelector } = spec;
  if (selector) {
    errors.push(invalid(`${path}.selector`, selector, '`selector` will be auto-generated'));
  }
  if (manualSelector) {
    errors.push(notSupported(`${path}.manualSelector`, manualSelector, ['nil', 'false']));
  }
}

function validateCreate({ metadata: { name = '' }, spec }: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  validateZoneInSchedule(spec, false, errors);
  if (spec.timeZone !== undefined) validateTimeZone(spec.timeZone, errors);
  if (name.length > MAX_NAME_BYTES) {
    const detail = `must be no more than ${MAX_NAME_BYTES} characters`;
    errors.push(invalid('metadata.name', name, detail));
  }
  return errors;
}

function validateUpdate({ spec }: CronJob, current: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  const { schedule = '', timeZone } = current.spec ?? {};
  validateZoneInSchedule(spec, schedule.includes('TZ'), errors);
  if (spec.timeZone !== undefined && spec.timeZone !== timeZone) {
    validateTimeZone(spec.timeZone, errors);
  }
  return errors;
}

const containersOf = ({ spec }: CronJob) =>
  spec?.jobTemplate?.spec?.template?.spec?.containers ?? [];

const columns: readonly PrinterColumn<CronJob>[] = [
  nameColumn,
  { name: 'Schedule', description: 'When it runs.', cell: ({ spec }) => spec?.schedule ?? '' },
  {
    name: 'Timezone',
    description: 'The time zone of the schedule.',
    cell: ({ spec }) => spec?.timeZone ?? NONE,
  },
  {
    name: 'Suspend',
    type: 'boolean',
    description: 'Whether it is suspended.',
    cell: ({ spec }) => (spec?.suspend ? 'True' : 'False'),
  },
  {
    name: 'Active',
    type: 'integer',
    description: 'How many of its Jobs run.',
    cell: ({ status }) => status?.active?.length ?? 0,
  },
  {
    name: 'Last Schedule',
    description: 'How long ago it last ran.',
    cell: ({ status }, now) => {
      return status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : NONE;
    },
  },
  ageColumn,
  ...containerColumnsOf(containersOf, 1),
  {
    name: 'Selector',
    description: 'The labels that tell the Pods of its Jobs.',
    priority: 1,
    cell: ({ spec }) => formatLabelSelector(spec?.jobTemplate?.spec?.selector),
  },
];

/** batch/CronJob. */
export const cronJobStrategy: KindStrategy<CronJob> = {
  applyDefaults,
  prepareForCreate(cronJob) {
    cronJob.status = {};
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  validate,
  validateCreate,
  validateUpdate,
  printerColumns: columns,
};
