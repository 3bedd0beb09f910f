/** What a driver may say of a device that it has. */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
  tooMany,
} from '../../field-error.ts';
import type {
  Counter,
  Device,
  DeviceAttribute,
  DeviceCapacity,
} from '../../generated/types/resource-v1.ts';
import { checkDnsLabel, checkMaxBytes, checkQualifiedName, requireText } from '../checks.ts';
import { validateRequestPolicy } from './capacity-policy.ts';
import { checkDeviceName, checkDeviceTaint, checkList, checkSet } from './device-checks.ts';
import { chosenNodes } from './node-choice.ts';

const MAX_MEMBERS = 32;
const MAX_VALUES = 48;
const MAX_VALUE_BYTES = 64;
const MAX_TAINTS = 16;
const MAX_CONSUMED_SETS = 2;
const MAX_COUNTERS = 32;
const MAX_CONDITIONS = 4;

/** Versions as semver.org writes them. */
const SEMANTIC_VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

export function validateDevice(
  device: Device,
  path: string,
  errors: FieldError[],
  { isPerDevice }: { readonly isPerDevice: boolean },
): void {
  const { attributes = {}, capacity = {} } = device;
  checkDnsLabel(device.name, `${path}.name`, errors);
  checkTotal(Object.keys(attributes).length + Object.keys(capacity).length, MAX_MEMBERS, {
    what: 'attributes and capacities',
    path,
    errors,
  });
  const values = Object.values(attributes).reduce((sum, one) => sum + countValues(one), 0);
  checkTotal(values, MAX_VALUES, { what: 'attribute values', path, errors });
  for (const name in attributes) {
    checkDeviceName(name, `${path}.attributes`, errors);
    validateAttribute(attributes[name] as DeviceAttribute, `${path}.attributes[${name}]`, errors);
  }
  for (const name in capacity) {
    checkDeviceName(name, `${path}.capacity`, errors);
    const amount = capacity[name] as DeviceCapacity;
    validateCapacity(device, amount, `${path}.capacity[${name}].requestPolicy`, errors);
  }
  checkList(device.taints, MAX_TAINTS, `${path}.taints`, errors, checkDeviceTaint);
  checkSet(device.consumesCounters, MAX_CONSUMED_SETS, `${path}.consumesCounters`, errors, {
    check: ({ counterSet, counters }, at) => {
      if (requireText(counterSet, `${at}.counterSet`, errors)) {
        checkDnsLabel(counterSet, `${at}.counterSet`, errors);
      }
      checkCounters(counters, `${at}.counters`, errors);
    },
    key: ({ counterSet }) => counterSet,
  });
  validateNodes(device, isPerDevice, path, errors);
  validateBinding(device, path, errors);
}

interface Total {
  readonly what: string;
  readonly path: string;
  readonly errors: FieldError[];
}

function checkTotal(count: number, max: number, { what, path, errors }: Total): void {
  if (count <= max) return;
  errors.push(invalid(path, count, `the total number of ${what} must not exceed ${max}`));
}

function countValues({ bools = [], ints = [], strings = [], versions = [] }: DeviceAttribute) {
  return bools.length + ints.length + strings.length + versions.length || 1;
}

const LISTS = ['bools', 'ints', 'strings', 'versions'] as const;
const VALUES = ['bool', 'int', 'string', 'version', ...LISTS] as const;

function validateAttribute(attribute: DeviceAttribute, path: string, errors: FieldError[]): void {
  for (const list of LISTS) {
    const values = attribute[list];
    if (values?.length === 0) {
      errors.push(invalid(`${path}.${list}`, values, 'must not be empty if specified'));
    }
  }
  checkText(attribute.string, `${path}.string`, errors);
  checkVersion(attribute.version, `${path}.version`, errors);
  attribute.strings?.forEach((text, index) => {
    checkText(text, `${path}.strings[${index}]`, errors);
  });
  attribute.versions?.forEach((version, index) => {
    checkVersion(version, `${path}.versions[${index}]`, errors);
  });
  const count = VALUES.filter((name) => attribute[name] !== undefined).length;
  if (count === 1) return;
  const shown = count === 0 ? '' : attribute;
  errors.push(invalid(path, shown, 'exactly one value must be specified'));
}

function checkText(text: string | undefined, path: string, errors: FieldError[]): void {
  if (text !== undefined) checkMaxBytes(text, MAX_VALUE_BYTES, path, errors);
}

function checkVersion(version: string | undefined, path: string, errors: FieldError[]): void {
  if (version === undefined) return;
  if (!SEMANTIC_VERSION.test(version)) {
    const detail = 'must be a string compatible with semver.org spec 2.0.0';
    errors.push(invalid(path, version, detail));
  }
  checkText(version, path, errors);
}

function validateCapacity(
  { allowMultipleAllocations }: Device,
  { requestPolicy, value }: DeviceCapacity,
  path: string,
  errors: FieldError[],
): void {
  if (!requestPolicy) return;
  if (allowMultipleAllocations) validateRequestPolicy(requestPolicy, value, path, errors);
  else errors.push(forbiddenField(path, 'allowMultipleAllocations must be true'));
}

export function checkCounters(
  counters: Readonly<Record<string, Counter>>,
  path: string,
  errors: FieldError[],
): void {
  const names = Object.keys(counters);
  if (names.length === 0) errors.push(required(path));
  else if (names.length > MAX_COUNTERS) errors.push(tooMany(path, names.length, MAX_COUNTERS));
  else for (const name of names) checkDnsLabel(name, path, errors);
}

const PER_DEVICE = '`perDeviceNodeSelection` is set to true in the ResourceSlice spec';

function validateNodes(
  device: Device,
  isPerDevice: boolean,
  path: string,
  errors: FieldError[],
): void {
  const { nodeName, nodeSelector, allNodes } = device;
  if (isPerDevice) {
    const chosen = chosenNodes(device, path, errors);
    const detail = `exactly one of \`nodeName\`, \`nodeSelector\`, or \`allNodes\` is required when ${PER_DEVICE}`;
    if (chosen.length === 0) errors.push(required(path, detail));
    if (chosen.length > 1) errors.push(invalid(path, `{${chosen.join(', ')}}`, detail));
  } else if (nodeName !== undefined || nodeSelector || allNodes !== undefined) {
    const detail = `\`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if ${PER_DEVICE}`;
    errors.push(invalid(path, undefined, detail));
  }
}

function validateBinding(device: Device, path: string, errors: FieldError[]): void {
  const lists = ['bindingConditions', 'bindingFailureConditions'] as const;
  const [conditions = [], failures = []] = lists.map((list) => device[list] ?? []);
  for (const list of lists) {
    const field = `${path}.${list}`;
    checkList(device[list], MAX_CONDITIONS, field, errors, checkQualifiedName);
    device[list]?.forEach((condition, index, all) => {
      if (all.indexOf(condition) < index) errors.push(duplicate(`${field}[${index}]`, condition));
    });
  }
  failures.forEach((condition, index) => {
    if (!conditions.includes(condition)) return;
    const detail = 'bindingFailureConditions must not overlap with bindingConditions';
    errors.push(invalid(`${path}.bindingFailureConditions[${index}]`, condition, detail));
  });
  if ((conditions.length === 0) === (failures.length === 0)) return;
  const [missing, present] = conditions.length === 0 ? lists : [lists[1], lists[0]];
  errors.push(invalid(`${path}.${missing}`, [], `${missing} are required to use ${present}`));
}
