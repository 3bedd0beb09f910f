import { toRfc3339 } from '../../../lib/clock.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type {
  CounterSet,
  ResourcePool,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../generated/types/resource-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkCsiDriverName, checkDnsLabel, requireText } from '../checks.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';
import { checkPoolName, checkSet } from './device-checks.ts';
import { checkCounters, validateDevice } from './device-validation.ts';
import { chosenNodes } from './node-choice.ts';
import { stampTaint } from './taint-times.ts';

const MAX_DEVICES = 128;
/** Devices with taints, counters or lists of values take more room. */
const MAX_LARGE_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const WAYS = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const;
const ONE_WAY = `exactly one of ${WAYS.map((way) => `\`${way}\``).join(', ')} is required`;

function validate({ spec }: ResourceSlice): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(spec.driver, 'spec.driver', errors);
  validatePool(spec.pool, 'spec.pool', errors);
  validateNodes(spec, errors);
  if (spec.sharedCounters && spec.devices) {
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const isPerDevice = spec.perDeviceNodeSelection ?? false;
  checkSet(
    spec.devices,
    hasLargeDevices(spec) ? MAX_LARGE_DEVICES : MAX_DEVICES,
    'spec.devices',
    errors,
    {
      check: (device, path) => validateDevice(device, path, errors, { isPerDevice }),
      key: ({ name }) => name,
    },
  );
  checkSet(spec.sharedCounters, MAX_COUNTER_SETS, 'spec.sharedCounters', errors, {
    check: validateCounterSet,
    key: ({ name }) => name,
  });
  return errors;
}

function hasLargeDevices({ devices = [] }: ResourceSliceSpec): boolean {
  return devices.some(
    ({ taints, consumesCounters, attributes = {} }) =>
      (taints?.length ?? 0) > 0 ||
      (consumesCounters?.length ?? 0) > 0 ||
      Object.values(attributes).some(
        ({ bools, ints, strings, versions }) => bools ?? ints ?? strings ?? versions,
      ),
  );
}

function validatePool(
  { name, resourceSliceCount, generation }: ResourcePool,
  path: string,
  errors: FieldError[],
): void {
  checkPoolName(name, `${path}.name`, errors);
  if (resourceSliceCount <= 0) {
    const detail = 'must be greater than zero';
    errors.push(invalid(`${path}.resourceSliceCount`, resourceSliceCount, detail));
  }
  if (generation < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalid(`${path}.generation`, generation, detail));
  }
}

function validateNodes(spec: ResourceSliceSpec, errors: FieldError[]): void {
  const chosen = chosenNodes(spec, 'spec', errors);
  const terms = spec.nodeSelector?.nodeSelectorTerms;
  if (terms && terms.length !== 1) {
    const detail = 'must have exactly one node selector term';
    errors.push(invalid('spec.nodeSelector.nodeSelectorTerms', terms, detail));
  }
  if (spec.perDeviceNodeSelection === false) {
    const detail = 'must be either unset or set to true';
    errors.push(invalid('spec.perDeviceNodeSelection', false, detail));
  }
  if (spec.perDeviceNodeSelection) chosen.push('`perDeviceNodeSelection`');
  if (chosen.length === 0) errors.push(required('spec', ONE_WAY));
  if (chosen.length > 1) {
    const detail = `${ONE_WAY}, but multiple fields are set`;
    errors.push(invalid('spec', `{${chosen.join(', ')}}`, detail));
  }
}

function validateCounterSet(set: CounterSet, path: string, errors: FieldError[]): void {
  if (requireText(set.name, `${path}.name`, errors)) {
    checkDnsLabel(set.name, `${path}.name`, errors);
  }
  checkCounters(set.counters, `${path}.counters`, errors);
}

function validateUpdate({ spec: next }: ResourceSlice, { spec: current }: ResourceSlice) {
  const errors: FieldError[] = [];
  validateImmutable(next.pool.name, current.pool.name, 'spec.pool.name', errors);
  validateImmutable(next.driver, current.driver, 'spec.driver', errors);
  validateImmutable(next.nodeName, current.nodeName, 'spec.nodeName', errors);
  return errors;
}

/** resource.k8s.io/ResourceSlice. */
export const resourceSliceStrategy: KindStrategy<ResourceSlice> = {
  returnsDeleted: true,
  stampTimes({ spec }, _, nowMs) {
    const now = toRfc3339(nowMs);
    for (const { taints = [] } of spec.devices ?? []) {
      for (const taint of taints) stampTaint(taint, now);
    }
  },
  validate,
  validateUpdate,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
  },
  printerColumns: [
    nameColumn,
    {
      name: 'Node',
      description: 'The node that has the devices, where it is one alone.',
      cell: ({ spec }) => spec.nodeName ?? UNSET,
    },
    {
      name: 'Driver',
      description: 'The driver that publishes it.',
      cell: ({ spec }) => spec.driver,
    },
    {
      name: 'Pool',
      description: 'The pool that its devices belong to.',
      cell: ({ spec }) => spec.pool.name,
    },
    ageColumn,
  ],
};
