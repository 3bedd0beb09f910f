import type { StatefulSet } from '../../generated/types/apps-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { ageColumn, containerColumns, nameColumn } from '../columns.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { keepSpec, keepStatus } from '../status.ts';

function applyDefaults({ spec }: StatefulSet): void {
  if (!spec) return;
  spec.podManagementPolicy ??= 'OrderedReady';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy = {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
    ...spec.persistentVolumeClaimRetentionPolicy,
  };
  if (spec.template) applyPodTemplateDefaults(spec.template);
}

/** apps/StatefulSet. */
export const statefulSetStrategy: KindStrategy<StatefulSet> = {
  applyDefaults,
  prepareForCreate(statefulSet) {
    statefulSet.status = { replicas: 0 };
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  printerColumns: [
    nameColumn,
    {
      name: 'Ready',
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    },
    ageColumn,
    ...containerColumns,
  ],
};
