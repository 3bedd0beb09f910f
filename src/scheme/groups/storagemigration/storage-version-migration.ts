import { findCondition, isConditionTrue } from '../../conditions.ts';
import { type FieldError, required } from '../../field-error.ts';
import type { Condition } from '../../generated/types/meta-v1.ts';
import type { StorageVersionMigration } from '../../generated/types/storagemigration-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { qualifiedName } from '../../resource.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { keepSpec, keepStatus } from '../status.ts';

/** In the order in which they count: a migration that has ended may still have been running. */
const STATES = ['Succeeded', 'Failed', 'Running'];

function currentCondition({ status }: StorageVersionMigration): Condition | undefined {
  const state = STATES.find((type) => isConditionTrue(status?.conditions, type));
  return state === undefined ? undefined : findCondition(status?.conditions, state);
}

function validate({ spec }: StorageVersionMigration): FieldError[] {
  if (!spec) return [required('spec')];
  return spec.resource?.resource ? [] : [required('spec.resource.resource')];
}

function validateUpdate(
  next: StorageVersionMigration,
  current: StorageVersionMigration,
): FieldError[] {
  const errors: FieldError[] = [];
  validateImmutable(next.spec, current.spec, 'spec', errors);
  return errors;
}

/** storagemigration.k8s.io/StorageVersionMigration. */
export const storageVersionMigrationStrategy: KindStrategy<StorageVersionMigration> = {
  prepareForCreate(migration) {
    delete migration.status;
  },
  prepareForUpdate: keepStatus,
  // Where a migration goes on after a restart stands in annotations.
  prepareForStatusUpdate: keepSpec,
  validate,
  validateUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Resource',
      cell: ({ spec }) =>
        qualifiedName({
          group: spec?.resource.group ?? '',
          resource: spec?.resource.resource ?? '',
        }),
    },
    { name: 'State', cell: (migration) => currentCondition(migration)?.type ?? 'Pending' },
    { name: 'Progress', cell: (migration) => currentCondition(migration)?.message ?? '' },
    ageColumn,
  ],
};
