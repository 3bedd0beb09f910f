import { isConditionTrue } from '../../conditions.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { StorageVersionMigration } from '../../generated/types/storagemigration-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkDnsLabel, checkDnsSubdomain, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { WITH_STATUS } from '../status.ts';

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
      cell: ({ spec }) => {
        const { resource = '', group = '' } = spec?.resource ?? {};
        return group === '' ? resource : `${resource}.${group}`;
      },
    },
    ageColumn,
  ],
};
