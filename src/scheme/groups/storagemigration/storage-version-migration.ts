import { findCondition, isConditionTrue } from '../../conditions.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { Condition } from '../../generated/types/meta-v1.ts';
import type { StorageVersionMigration } from '../../generated/types/storagemigration-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkDnsLabel, checkDnsSubdomain, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { keepSpec, WITH_STATUS } from '../status.ts';

/** In the order in which they count: a migration that has ended may still have been running. */
const STATES = ['Succeeded', 'Failed', 'Running'];

function currentCondition({ status }: StorageVersionMigration): Condition | undefined {
  const state = STATES.find((type) => isConditionTrue(status?.conditions, type));
  return state === undefined ? undefined : findCondition(status?.conditions, state);
}

function validateStatusUpdate(
  { status }: StorageVersionMigration,
  { status: before }: StorageVersionMigration,
): FieldError[] {
  const errors: FieldError[] = [];
  const conditions = status?.conditions;
  checkConditions(conditions, 'status.conditions', errors);
  const ends = ['Succeeded', 'Failed'];
  if (ends.every((end) => isConditionTrue(conditions, end))) {
    const detail = 'Both success and failed conditions cannot be true at the same time';
    errors.push(invalid('status.conditions', conditions, detail));
  }
  if (before?.resourceVersion) {
    const field = 'status.resourceVersion';
    validateImmutable(status?.resourceVersion, before.resourceVersion, field, errors);
  }
  return errors;
}

/** storagemigration.k8s.io/StorageVersionMigration. */
export const storageVersionMigrationStrategy: KindStrategy<StorageVersionMigration> = {
  ...WITH_STATUS,
  // Where a migration goes on after a restart stands in annotations.
  prepareForStatusUpdate: keepSpec,
  validate({ spec }) {
    const errors: FieldError[] = [];
    if (!spec) return [required('spec')];
    const { resource, group } = spec.resource;
    if (requireText(resource, 'spec.resource.resource', errors, 'resource is required')) {
      checkDnsLabel(resource, 'spec.resource.resource', errors);
    }
    if (group) checkDnsSubdomain(group, 'spec.resource.group', errors);
    return errors;
  },
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next, current, 'spec', errors);
    return errors;
  },
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Resource',
      description: 'What is rewritten in its storage version.',
      cell: ({ spec }) => {
        const { resource = '', group = '' } = spec?.resource ?? {};
        return group === '' ? resource : `${resource}.${group}`;
      },
    },
    {
      name: 'State',
      description: 'How far the migration is.',
      cell: (migration) => currentCondition(migration)?.type ?? 'Pending',
    },
    {
      name: 'Progress',
      description: 'What it says of itself.',
      cell: (migration) => currentCondition(migration)?.message ?? '',
    },
    ageColumn,
  ],
};
