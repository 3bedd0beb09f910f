import type { DaemonSet, DaemonSetStatus } from '../../generated/types/apps-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { formatLabels } from '../../labels.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn } from '../columns.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { keepSpec, keepStatus } from '../status.ts';

function applyDefaults({ spec }: DaemonSet): void {
  if (!spec) return;
  spec.revisionHistoryLimit ??= 10;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  if (spec.template) applyPodTemplateDefaults(spec.template);
}

type CountName = Exclude<keyof DaemonSetStatus, 'conditions'>;

const countColumn = (name: string, count: CountName): PrinterColumn<DaemonSet> => ({
  name,
  cell: ({ status }) => `${status?.[count] ?? 0}`,
});

/** apps/DaemonSet. */
export const daemonSetStrategy: KindStrategy<DaemonSet> = {
  applyDefaults,
  prepareForCreate(daemonSet) {
    daemonSet.status = {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    };
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  printerColumns: [
    nameColumn,
    countColumn('Desired', 'desiredNumberScheduled'),
    countColumn('Current', 'currentNumberScheduled'),
    countColumn('Ready', 'numberReady'),
    countColumn('Up-to-date', 'updatedNumberScheduled'),
    countColumn('Available', 'numberAvailable'),
    {
      name: 'Node Selector',
      cell: ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector),
    },
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
};
