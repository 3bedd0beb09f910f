import { ageSince } from '../../duration.ts';
import type { CronJob } from '../../generated/types/batch-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { formatLabelSelector } from '../../label-selector.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { applyJobSpecDefaults } from './job.ts';

function applyDefaults({ spec }: CronJob): void {
  if (!spec) return;
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  if (spec.jobTemplate?.spec) applyJobSpecDefaults(spec.jobTemplate.spec);
}

const containersOf = ({ spec }: CronJob) =>
  spec?.jobTemplate?.spec?.template?.spec?.containers ?? [];

const columns: readonly PrinterColumn<CronJob>[] = [
  nameColumn,
  { name: 'Schedule', cell: ({ spec }) => spec?.schedule ?? '' },
  { name: 'Timezone', cell: ({ spec }) => spec?.timeZone ?? NONE },
  { name: 'Suspend', cell: ({ spec }) => (spec?.suspend ? 'True' : 'False') },
  { name: 'Active', cell: ({ status }) => `${status?.active?.length ?? 0}` },
  {
    name: 'Last Schedule',
    cell: ({ status }, now) => {
      return status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : NONE;
    },
  },
  ageColumn,
  {
    name: 'Containers',
    priority: 1,
    cell: (cronJob) =>
      containersOf(cronJob)
        .map(({ name }) => name)
        .join(','),
  },
  {
    name: 'Images',
    priority: 1,
    cell: (cronJob) =>
      containersOf(cronJob)
        .map(({ image }) => image ?? '')
        .join(','),
  },
  {
    name: 'Selector',
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
  printerColumns: columns,
};
