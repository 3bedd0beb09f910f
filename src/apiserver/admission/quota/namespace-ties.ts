/**
 * Quotas and the namespace they are in. A write relies on the quotas that its API server knows of: one that was made a moment
 * ago, by another, must be among them.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import type { ResourceQuota } from '../../../scheme/generated/types/core-v1.ts';
import type { QuotaEvaluator } from '../../../scheme/quota/evaluators.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { ResourceAmounts } from '../../../scheme/resources-of-pod.ts';
import { NAMESPACES } from '../namespace-lifecycle.ts';
import type { AdmissionOperation, AdmissionRequest } from '../plugin.ts';

export const RESOURCE_QUOTAS: GroupResource = { group: '', resource: 'resourcequotas' };

/** Whether a request makes or changes a quota. */
export function isQuotaWrite(
  { group, resource }: GroupResource,
  operation: AdmissionOperation,
  subresource: string,
): boolean {
  if (group !== '' || resource !== RESOURCE_QUOTAS.resource || subresource !== '') return false;
  return operation === 'CREATE' || operation === 'UPDATE';
}

/**
 * A new limit holds for whatever is committed after it. Whoever creates something has looked at the quotas of its namespace,
 * perhaps before this one came, and relies on the namespace being unchanged since: so it changes together with its limits.
 */
export function touchNamespace({ namespace, object, current, state }: AdmissionRequest): void {
  const { spec } = object as ResourceQuota;
  if (current && deepEqual(spec, (current as ResourceQuota).spec)) return;
  const stored = state.cache(NAMESPACES).get('', namespace);
  // Its own creation, in the same transaction, is as good.
  if (!stored) return;
  state.write({
    type: 'update',
    key: { ...NAMESPACES, namespace: '', name: namespace },
    object: stored,
    expectedResourceVersion: stored.metadata.resourceVersion ?? '',
  });
}

/** Creates rely on their namespace anyway; changes do so where they use more than before. */
export function guardNamespace(request: AdmissionRequest, evaluator: QuotaEvaluator): void {
  const { object, current, namespace, state } = request;
  const usage = evaluator.usage(object);
  const added = growth(usage, current ? evaluator.usage(current) : {}, Object.keys(usage));
  const stored = state.cache(NAMESPACES).get('', namespace);
  if (stored && Object.keys(added).length > 0) state.guard(NAMESPACES, stored);
}

/** What is used more than before, of the named resources. */
export function growth(
  usage: ResourceAmounts,
  before: ResourceAmounts,
  names: readonly string[],
): ResourceAmounts {
  const added: ResourceAmounts = {};
  for (const name of names) {
    const more = (usage[name] ?? 0) - (before[name] ?? 0);
    if (more > 0) added[name] = more;
  }
  return added;
}
