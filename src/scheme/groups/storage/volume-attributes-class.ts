import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, required } from '../../field-error.ts';
import type { VolumeAttributesClass } from '../../generated/types/storage-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkQualifiedName, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { checkParameters } from './parameters.ts';

/** storage.k8s.io/VolumeAttributesClass. */
export const volumeAttributesClassStrategy: KindStrategy<VolumeAttributesClass> = {
  ...WITHOUT_GENERATION,
  returnsDeleted: true,
  validate({ driverName, parameters = {} }) {
    const errors: FieldError[] = [];
    if (requireText(driverName, 'driverName', errors)) {
      checkQualifiedName(driverName.toLowerCase(), 'driverName', errors);
    }
    if (Object.keys(parameters).length === 0) {
      errors.push(required('parameters', 'must contain at least one key/value pair'));
    }
    checkParameters(parameters, 'parameters', errors);
    return errors;
  },
  validateUpdate(next, current) {
    const members = ['driverName', 'parameters'] as const;
    return members
      .filter((member) => !deepEqual(next[member], current[member]))
      .map((member) => forbiddenField(member, `updates to ${member} are forbidden.`));
  },
  printerColumns: [
    nameColumn,
    {
      name: 'DriverName',
      description: 'The driver that the parameters are for.',
      cell: ({ driverName }) => driverName,
    },
    ageColumn,
  ],
};
