/** The arithmetic of limit ranges, in Kubernetes' words. */
import type { LimitRangeItem } from '../../scheme/generated/types/core-v1.ts';
import { canonicalQuantity, compareQuantities, parseQuantity } from '../../scheme/quantity.ts';

type ResourceList = Readonly<Record<string, string>>;

interface Resources {
  readonly requests?: ResourceList;
  readonly limits?: ResourceList;
}

/** What of a limit range these resources break, in the order of the bounds, each by resource. */
export function brokenLimits(item: LimitRangeItem, resources: Resources): string[] {
  const check = (bounds: ResourceList | undefined, rule: Rule): string[] =>
    Object.entries(bounds ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, bound]) => rule({ type: item.type, name, bound }, resources) ?? []);
  return [
    ...check(item.min, brokenMinimum),
    ...check(item.max, brokenMaximum),
    ...check(item.maxLimitRequestRatio, brokenRatio),
  ];
}

/** As {@link brokenLimits}, of what is only ever requested: storage. */
export function brokenRequestBounds(item: LimitRangeItem, requests: ResourceList): string[] {
  const check = (bounds: ResourceList | undefined, rule: Rule): string[] =>
    Object.entries(bounds ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, bound]) => rule({ type: item.type, name, bound }, { requests }) ?? []);
  return [...check(item.min, brokenMinimum), ...check(item.max, brokenRequestMaximum)];
}

interface Bound {
  /** `Container`, `Pod`, `PersistentVolumeClaim` */
  readonly type: string;
  readonly name: string;
  readonly bound: string;
}

type Rule = (bound: Bound, resources: Resources) => string | undefined;

const brokenMinimum: Rule = ({ type, name, bound }, { requests, limits }) => {
  const rule = `minimum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  const request = requests?.[name];
  const limit = limits?.[name];
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) {
    return `${rule}, but request is ${canonicalQuantity(request)}`;
  }
  if (limit === undefined || compareQuantities(limit, bound) >= 0) return undefined;
  return `${rule}, but limit is ${canonicalQuantity(limit)}`;
};

const brokenMaximum: Rule = ({ type, name, bound }, { requests, limits }) => {
  const rule = `maximum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  const request = requests?.[name];
  const limit = limits?.[name];
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0)
    return `${rule}, but limit is ${canonicalQuantity(limit)}`;
  if (request === undefined || compareQuantities(request, bound) <= 0) return undefined;
  return `${rule}, but request is ${canonicalQuantity(request)}`;
};

const brokenRequestMaximum: Rule = ({ type, name, bound }, { requests }) => {
  const rule = `maximum ${name} usage per ${type} is ${canonicalQuantity(bound)}`;
  const request = requests?.[name];
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, bound) <= 0) return undefined;
  return `${rule}, but request is ${canonicalQuantity(request)}`;
};

const brokenRatio: Rule = ({ type, name, bound }, { requests, limits }) => {
  const rule = `${name} max limit to request ratio per ${type} is ${canonicalQuantity(bound)}`;
  const request = nanoOf(requests?.[name]);
  const limit = nanoOf(limits?.[name]);
  if (request === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0n) return `${rule}, but no limit is specified or limit is 0`;
  // limit / request > bound, without a fraction.
  if (limit * 1_000_000_000n <= parseQuantity(bound).nano * request) return undefined;
  return `${rule}, but provided ratio is ${(Number(limit) / Number(request)).toFixed(6)}`;
};

function nanoOf(quantity: string | undefined): bigint {
  return quantity === undefined ? 0n : parseQuantity(quantity).nano;
}
