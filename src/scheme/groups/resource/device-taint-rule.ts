import { toRfc3339 } from '../../../lib/clock.ts';
import type { FieldError } from '../../field-error.ts';
import type { DeviceTaintRule } from '../../generated/types/resource-v1beta2.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkCsiDriverName, checkDnsLabel, checkMaxItems } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { checkDeviceTaint, checkPoolName } from './device-checks.ts';
import { restampTaint, stampTaint } from './taint-times.ts';

const MAX_CONDITIONS = 8;

/** resource.k8s.io/DeviceTaintRule. */
export const deviceTaintRuleStrategy: KindStrategy<DeviceTaintRule> = {
  ...WITH_STATUS_ALONE,
  returnsDeleted: true,
  stampTimes({ spec }, current, nowMs) {
    const now = toRfc3339(nowMs);
    if (current) restampTaint(spec.taint, current.spec.taint, now);
    else stampTaint(spec.taint, now);
  },
  validate({ spec: { deviceSelector = {}, taint } }) {
    const errors: FieldError[] = [];
    const { driver, pool, device } = deviceSelector;
    const path = 'spec.deviceSelector';
    if (driver !== undefined) checkCsiDriverName(driver, `${path}.driver`, errors);
    if (pool !== undefined) checkPoolName(pool, `${path}.pool`, errors);
    if (device !== undefined) checkDnsLabel(device, `${path}.device`, errors);
    checkDeviceTaint(taint, 'spec.taint', errors);
    return errors;
  },
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    checkConditions(status?.conditions, 'status.conditions', errors);
    checkMaxItems(status?.conditions, MAX_CONDITIONS, 'status.conditions', errors);
    return errors;
  },
  printerColumns: [nameColumn, ageColumn],
};
