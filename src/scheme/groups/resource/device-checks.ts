/** What names, configurations, taints and tolerations of devices must be, wherever they stand. */
import { compileDeviceExpression } from '../../cel/device-expression.ts';
import { duplicate, type FieldError, invalid, required, tooLong } from '../../field-error.ts';
import type {
  DeviceClassConfiguration,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
} from '../../generated/types/resource-v1.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { labelValueProblems, mismatch } from '../../names.ts';
import {
  checkCsiDriverName,
  checkDnsSubdomain,
  checkMaxBytes,
  checkMaxItems,
  checkOneOf,
  checkQualifiedName,
  requireOneOf,
  requireText,
} from '../checks.ts';

const MAX_POOL_BYTES = 253;
const MAX_IDENTIFIER_BYTES = 32;
const MAX_EXPRESSION_BYTES = 10 * 1024;
const MAX_PARAMETERS_BYTES = 10 * 1024;
const MAX_SELECTORS = 32;
const OMITTED = '<value omitted>';
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];

const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const IS_IDENTIFIER = new RegExp(`^${IDENTIFIER}$`);
const IDENTIFIER_RULE = mismatch(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  IDENTIFIER,
  'my_name',
  'MY_NAME',
  'MyName',
);

/** Subdomains, joined by slashes. */
export function checkPoolName(value: string, path: string, errors: FieldError[]): void {
  if (!requireText(value, path, errors)) return;
  checkMaxBytes(value, MAX_POOL_BYTES, path, errors);
  for (const part of value.split('/')) checkDnsSubdomain(part, path, errors);
}

function checkIdentifier(value: string, path: string, errors: FieldError[]): void {
  checkMaxBytes(value, MAX_IDENTIFIER_BYTES, path, errors);
  if (!IS_IDENTIFIER.test(value)) errors.push(invalid(path, value, IDENTIFIER_RULE));
}

/** The name of an attribute or capacity: an identifier, which a domain may stand before. */
export function checkDeviceName(value: string, path: string, errors: FieldError[]): void {
  const [first = '', second, ...more] = value.split('/');
  if (second === undefined) {
    checkIdentifier(first, path, errors);
    return;
  }
  if (more.length > 0) errors.push(invalid(path, value, 'must not contain more than one slash'));
  if (first === '') errors.push(invalid(path, '', 'the domain must not be empty'));
  else checkCsiDriverName(first, path, errors);
  if (second === '') errors.push(invalid(path, '', 'the name must not be empty'));
  else checkIdentifier(second, path, errors);
}

/** The same, with a domain. */
export function checkFullDeviceName(value: string, path: string, errors: FieldError[]): void {
  checkDeviceName(value, path, errors);
  if (value.includes('/')) return;
  const detail = 'a fully qualified name must be a domain and a name separated by a slash';
  errors.push(invalid(path, value, detail));
}

/** Judges the elements of a list that has an end; past it the rest is not looked at. */
export function checkList<T>(
  list: readonly T[] | undefined,
  max: number,
  path: string,
  errors: FieldError[],
  check: (item: T, path: string, errors: FieldError[]) => void,
): void {
  if (!list) return;
  if (list.length > max) checkMaxItems(list, max, path, errors);
  else list.forEach((item, index) => void check(item, `${path}[${index}]`, errors));
}

/** As {@link checkList}, of elements that differ in their keys. */
export function checkSet<T>(
  list: readonly T[] | undefined,
  max: number,
  path: string,
  errors: FieldError[],
  {
    check,
    key,
  }: {
    readonly check: (item: T, path: string, errors: FieldError[]) => void;
    readonly key: (item: T) => string;
  },
): void {
  checkList(list, max, path, errors, check);
  if (!list || list.length > max) return;
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const own = key(item);
    if (seen.has(own)) errors.push(duplicate(`${path}[${index}]`, own));
    seen.add(own);
  });
}

export function checkSelectors(
  selectors: readonly DeviceSelector[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  checkList(selectors, MAX_SELECTORS, path, errors, ({ cel }, at) => {
    if (cel) checkExpression(cel.expression, `${at}.cel.expression`, errors);
    else errors.push(required(`${at}.cel`));
  });
}

function checkExpression(expression: string, path: string, errors: FieldError[]): void {
  const before = errors.length;
  checkMaxBytes(expression, MAX_EXPRESSION_BYTES, path, errors);
  if (errors.length > before) return;
  const compilation = compileDeviceExpression(expression);
  if ('error' in compilation) errors.push(invalid(path, expression, compilation.error));
}

/** What is for a driver alone to understand. */
export function checkConfiguration(
  { opaque }: DeviceClassConfiguration,
  path: string,
  errors: FieldError[],
): void {
  if (!opaque) {
    errors.push(required(`${path}.opaque`));
    return;
  }
  checkCsiDriverName(opaque.driver, `${path}.opaque.driver`, errors);
  const field = `${path}.opaque.parameters`;
  const parameters: unknown = opaque.parameters;
  if (parameters === undefined || parameters === null) errors.push(required(field));
  else if (typeof parameters !== 'object' || Array.isArray(parameters)) {
    errors.push(invalid(field, OMITTED, 'must be a valid JSON object'));
  } else if (Buffer.byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS_BYTES) {
    errors.push(tooLong(field, MAX_PARAMETERS_BYTES));
  }
}

export function checkDeviceTaint(
  { key, value = '', effect }: DeviceTaint,
  path: string,
  errors: FieldError[],
): void {
  checkQualifiedName(key, `${path}.key`, errors);
  pushProblems(errors, `${path}.value`, value, labelValueProblems(value));
  requireOneOf(effect, EFFECTS, `${path}.effect`, errors);
}

export function checkDeviceToleration(
  { key, operator, value = '', effect }: DeviceToleration,
  path: string,
  errors: FieldError[],
): void {
  if (key) checkQualifiedName(key, `${path}.key`, errors);
  if (operator === 'Exists' && value !== '') {
    errors.push(invalid(`${path}.value`, value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') {
    pushProblems(errors, `${path}.value`, value, labelValueProblems(value));
  }
  requireOneOf(operator, OPERATORS, `${path}.operator`, errors);
  checkOneOf(effect, EFFECTS, `${path}.effect`, errors);
}
