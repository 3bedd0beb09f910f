import { andThen, type MaybePromise } from '../../../lib/maybe-promise.ts';
import type { ResourceQuota } from '../../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../../scheme/quantity.ts';
import { evaluatorOf, type QuotaEvaluator } from '../../../scheme/quota/evaluators.ts';
import { scopesOf } from '../../../scheme/quota/scopes.ts';
import { toAmount, toQuantity } from '../../../scheme/quota/usage.ts';
import type { ResourceAmounts } from '../../../scheme/resources-of-pod.ts';
import type { ResourceCache } from '../../../store/store.ts';
import { NAMESPACES } from '../namespace-lifecycle.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { refusal } from '../refuse.ts';
import {
  growth,
  guardNamespace,
  isQuotaWrite,
  RESOURCE_QUOTAS,
  touchNamespace,
} from './namespace-ties.ts';
import { UsageIndex } from './usage-index.ts';

/**
 * Keeps what a namespace uses within its quotas, exactly, whatever the number of writers and of API servers. Two things make
 * it so. What is used is the sum over the objects themselves, kept in memory as they change: what is deleted is free at once.
 * And every write that uses more than before also writes the quota's status, in the same transaction and on condition that
 * nobody else has written it meanwhile: of two writes that would share the last of a quota, the second is admitted anew, and
 * then sees the first.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function createResourceQuota(): AdmissionPlugin {
  const indexes = new WeakMap<ResourceCache, UsageIndex>();
  const indexOf = (request: AdmissionRequest, evaluator: QuotaEvaluator): UsageIndex => {
    const cache = request.state.cache(request.resource);
    const known = indexes.get(cache);
    if (known) return known;
    const index = new UsageIndex(evaluator, cache, request.state.cache(RESOURCE_QUOTAS));
    indexes.set(cache, index);
    return index;
  };
  return {
    name: 'ResourceQuota',
    reads: [RESOURCE_QUOTAS, NAMESPACES],
    handles: (resource, operation, subresource) =>
      isQuotaWrite(resource, operation, subresource) ||
      (evaluatorOf(resource)?.handles(operation, subresource) ?? false),
    validate(request) {
      const { resource, operation, subresource } = request;
      if (isQuotaWrite(resource, operation, subresource)) touchNamespace(request);
      const evaluator = evaluatorOf(resource);
      if (!evaluator?.handles(operation, subresource)) return;
      if (operation === 'UPDATE') guardNamespace(request, evaluator);
      const quotas = request.state.cache(RESOURCE_QUOTAS).list(request.namespace).items;
      if (quotas.length > 0) return chargeAll(request, evaluator, indexOf(request, evaluator));
    },
  };
}

function chargeAll(
  request: AdmissionRequest,
  evaluator: QuotaEvaluator,
  index: UsageIndex,
): MaybePromise<void> {
  return andThen(index.ready(), () => {
    // From here to the plan nothing waits: quotas and usage are of one moment.
    const { items } = request.state.cache(RESOURCE_QUOTAS).list(request.namespace);
    const charges = items.flatMap((quota) => chargeOf(request, evaluator, quota as ResourceQuota));
    for (const charge of charges) spend(request, charge, index);
  });
}

/** What a request adds to the usage of one quota. */
interface Charge {
  readonly quota: ResourceQuota;
  /** Without what does not grow. */
  readonly added: ResourceAmounts;
  /** Of the quota's resources, those that objects of this sort use. */
  readonly names: readonly string[];
}

function chargeOf(
  request: AdmissionRequest,
  evaluator: QuotaEvaluator,
  quota: ResourceQuota,
): Charge | [] {
  const { object, current } = request;
  if (!matches(evaluator, quota, object)) return [];
  const names = Object.keys(quota.spec?.hard ?? {}).filter((name) => evaluator.uses(name));
  if (names.length === 0) return [];
  const broken = evaluator.constraint?.(object, names);
  if (broken) throw refusal(request, `failed quota: ${quota.metadata.name}: ${broken}`);
  const counted = current && matches(evaluator, quota, current) ? evaluator.usage(current) : {};
  const added = growth(evaluator.usage(object), counted, names);
  return Object.keys(added).length === 0 ? [] : { quota, added, names };
}

function matches(evaluator: QuotaEvaluator, quota: ResourceQuota, object: ApiObject): boolean {
  return scopesOf(quota).every((scope) => evaluator.matchesScope(object, scope));
}

/** Writes the usage after the request, or refuses. What a status reports is a fact, and is only noted. */
function spend(
  request: AdmissionRequest,
  { quota, added, names }: Charge,
  index: UsageIndex,
): void {
  const hard = quota.spec?.hard ?? {};
  const used = usageBefore(request, quota, names, index);
  const after: Record<string, string> = {};
  const exceeded: string[] = [];
  for (const name of names) {
    const limit = parseQuantity(hard[name] as string);
    const sum = toQuantity(name, (used[name] ?? 0) + (added[name] ?? 0), limit.format);
    after[name] = formatQuantity(sum);
    if (added[name] && compareQuantities(sum, limit) > 0) exceeded.push(name);
  }
  if (exceeded.length > 0 && request.subresource !== 'status') {
    throw refusal(request, exceededText(quota, exceeded.sort(), { added, used }));
  }
  writeUsage(request, quota, after);
}

/**
 * What the quota's objects use already. What earlier writes of the same transaction add is not among the objects yet, but in
 * the status that their admission is about to write.
 */
function usageBefore(
  request: AdmissionRequest,
  quota: ResourceQuota,
  names: readonly string[],
  index: UsageIndex,
): Readonly<ResourceAmounts> {
  const pending = pendingQuota(request, quota);
  if (!pending) return index.trackerOf(quota).usageAt(request.state.clock.now());
  const used: ResourceAmounts = {};
  for (const name of names) used[name] = toAmount(name, pending.status?.used?.[name] ?? '0');
  return used;
}

function pendingQuota(
  { state }: AdmissionRequest,
  { metadata: { namespace = '', name = '' } }: ResourceQuota,
): ResourceQuota | undefined {
  return state.pending(RESOURCE_QUOTAS, namespace, name) as ResourceQuota | undefined;
}

function writeUsage(
  request: AdmissionRequest,
  quota: ResourceQuota,
  after: Readonly<Record<string, string>>,
): void {
  const { namespace = '', name = '', resourceVersion = '' } = quota.metadata;
  const latest = pendingQuota(request, quota) ?? quota;
  const hard = quota.spec?.hard ?? {};
  const known = Object.entries({ ...latest.status?.used, ...after });
  const used = Object.fromEntries(known.filter(([resource]) => resource in hard));
  request.state.write({
    type: 'update',
    key: { ...RESOURCE_QUOTAS, namespace, name },
    object: { ...quota, metadata: { ...quota.metadata }, status: { hard, used } } as ApiObject,
    expectedResourceVersion: resourceVersion,
  });
}

function exceededText(
  { metadata, spec }: ResourceQuota,
  names: readonly string[],
  { added, used }: { readonly added: ResourceAmounts; readonly used: Readonly<ResourceAmounts> },
): string {
  const hard = spec?.hard ?? {};
  const list = (amountOf: (name: string) => string): string =>
    names.map((name) => `${name}=${amountOf(name)}`).join(',');
  const text = (name: string, amount = 0): string => {
    const { format } = parseQuantity(hard[name] as string);
    return formatQuantity(toQuantity(name, amount, format));
  };
  const requested = list((name) => text(name, added[name]));
  const present = list((name) => text(name, used[name]));
  const limited = list((name) => formatQuantity(parseQuantity(hard[name] as string)));
  return `exceeded quota: ${metadata.name}, requested: ${requested}, used: ${present}, limited: ${limited}`;
}
