import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type { LimitRange, LimitRangeItem } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { canonicalQuantity, compareQuantities, quantityValue } from '../../quantity.ts';
import { checkQualifiedName, checkUnique } from '../checks.ts';
import { createdAtColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { normalizeResourceList } from './pod-spec/container-defaults.ts';
import { isOvercommitAllowed } from './pod-spec/resource-names.ts';
import {
  validateContainerResourceName,
  validateResourceName,
} from './pod-spec/validate-resources.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

type List = (typeof LISTS)[number];

/** A container that says nothing gets the most it may have, and asks for what it is limited to. */
function applyDefaults({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    for (const list of LISTS) normalizeResourceList(item[list]);
    if (item.type !== 'Container') continue;
    const { max, min } = item;
    if (max || item.default) item.default = { ...max, ...item.default };
    if (min || item.default || item.defaultRequest) {
      item.defaultRequest = { ...min, ...item.default, ...item.defaultRequest };
    }
  }
}

function validate({ spec }: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const path = 'spec.limits';
  const limits = spec?.limits ?? [];
  limits.forEach((item, index) => {
    validateItem(item, `${path}[${index}]`, errors);
  });
  checkUnique(
    limits.map(({ type }) => type),
    (index) => `${path}[${index}].type`,
    errors,
  );
  return errors;
}

function validateItem(item: LimitRangeItem, path: string, errors: FieldError[]): void {
  const { type, min, max } = item;
  checkQualifiedName(type, `${path}.type`, errors);
  if (!type.includes('/') && !TYPES.includes(type)) {
    const detail = 'must be a standard limit type or fully qualified';
    errors.push(invalid(`${path}.type`, type, detail));
  }
  const names = validateNames(item, path, errors);
  if (type === 'PersistentVolumeClaim' && !min?.storage && !max?.storage) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${path}.limits`, detail));
  }
  for (const name of names) validateAmounts(item, name, path, errors);
}

/** A Pod has no default of its own: its containers have. */
const NOT_OF_PODS: readonly List[] = ['default', 'defaultRequest'];

/** Judges the names of the resources in every list, and gives them. */
function validateNames(
  item: LimitRangeItem,
  path: string,
  errors: FieldError[],
): ReadonlySet<string> {
  const isOfContainers = item.type === 'Pod' || item.type === 'Container';
  const rule = isOfContainers ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  for (const list of LISTS) {
    const amounts = item[list] ?? {};
    if (item.type === 'Pod' && NOT_OF_PODS.includes(list)) {
      if (Object.keys(amounts).length === 0) continue;
      errors.push(forbiddenField(`${path}.${list}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    for (const name in amounts) {
      rule(name, `${path}.${list}[${name}]`, errors);
      names.add(name);
    }
  }
  return names;
}

/** What may not be more than what: the path that tells of it, and both amounts by their names. */
const ORDERS: readonly (readonly [told: List, low: List, high: List])[] = [
  ['min', 'min', 'max'],
  ['defaultRequest', 'min', 'defaultRequest'],
  ['defaultRequest', 'defaultRequest', 'max'],
  ['defaultRequest', 'defaultRequest', 'default'],
  ['default', 'min', 'default'],
  ['default', 'default', 'max'],
];

function amountWord(list: List, other: List): string {
  if (list === 'defaultRequest') return 'default request';
  return list === 'default' && other === 'defaultRequest' ? 'default limit' : list;
}

function validateAmounts(
  item: LimitRangeItem,
  name: string,
  path: string,
  errors: FieldError[],
): void {
  const amount = (list: List): string | undefined => item[list]?.[name];
  for (const [told, low, high] of ORDERS) {
    const less = amount(low);
    const more = amount(high);
    if (less === undefined || more === undefined || compareQuantities(less, more) <= 0) continue;
    const detail = `${amountWord(low, high)} value ${canonicalQuantity(less)} is greater than ${amountWord(high, low)} value ${canonicalQuantity(more)}`;
    errors.push(invalid(`${path}.${told}[${name}]`, amount(told), detail));
  }
  validateRatio(item, name, path, errors);
  const limit = amount('default');
  const request = amount('defaultRequest');
  if (isOvercommitAllowed(name) || !limit || !request) return;
  if (compareQuantities(limit, request) === 0) return;
  const detail = `default value ${canonicalQuantity(limit)} must equal to defaultRequest value ${canonicalQuantity(request)} in ${name}`;
  errors.push(invalid(`${path}.defaultRequest[${name}]`, request, detail));
}

function validateRatio(
  item: LimitRangeItem,
  name: string,
  path: string,
  errors: FieldError[],
): void {
  const ratio = item.maxLimitRequestRatio?.[name];
  if (ratio === undefined) return;
  const field = `${path}.maxLimitRequestRatio[${name}]`;
  const shown = canonicalQuantity(ratio);
  if (compareQuantities(ratio, '1') < 0) {
    errors.push(invalid(field, ratio, `ratio ${shown} is less than 1`));
  }
  const max = item.max?.[name];
  const min = item.min?.[name];
  if (max === undefined || min === undefined || compareQuantities(min, '0') <= 0) return;
  const possible = quantityValue(max) / quantityValue(min);
  if (quantityValue(ratio) <= possible) return;
  const detail = `ratio ${shown} is greater than max/min = ${possible.toFixed(6)}`;
  errors.push(invalid(field, ratio, detail));
}

/** core/LimitRange. */
export const limitRangeStrategy: KindStrategy<LimitRange> = {
  ...WITHOUT_GENERATION,
  applyDefaults,
  validate,
  printerColumns: [nameColumn, createdAtColumn],
};
