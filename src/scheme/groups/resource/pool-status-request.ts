import type { FieldError } from '../../field-error.ts';
import type { ResourcePoolStatusRequest } from '../../generated/types/resource-v1alpha3.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkCsiDriverName, checkRange } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { checkPoolName } from './device-checks.ts';

const LIMITS = [1, 1000] as const;

/** resource.k8s.io/ResourcePoolStatusRequest: asks once how much of a driver's pools is left. Alpha. */
export const poolStatusRequestStrategy: KindStrategy<ResourcePoolStatusRequest> = {
  ...WITH_STATUS_ALONE,
  applyDefaults({ spec }) {
    if (spec) spec.limit ??= 100;
  },
  validate({ spec: { driver, poolName, limit } }) {
    const errors: FieldError[] = [];
    checkCsiDriverName(driver, 'spec.driver', errors);
    if (poolName !== undefined) checkPoolName(poolName, 'spec.poolName', errors);
    checkRange(limit, LIMITS, 'spec.limit', errors);
    return errors;
  },
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next, current, 'spec', errors);
    return errors;
  },
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    checkConditions(status?.conditions, 'status.conditions', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    { name: 'Driver', description: 'The driver that is asked.', cell: ({ spec }) => spec.driver },
    ageColumn,
  ],
};
