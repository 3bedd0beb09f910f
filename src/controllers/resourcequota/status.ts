/** What is reported of a quota. Pure. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { ResourceQuota, ResourceQuotaStatus } from '../../scheme/generated/types/core-v1.ts';
import { formatQuantity, parseQuantity } from '../../scheme/quantity.ts';
import { toQuantity } from '../../scheme/quota/usage.ts';
import type { ResourceAmounts } from '../../scheme/resources-of-pod.ts';

/**
 * The quota's status, written as admission writes it: each limit, and in the same unit what is used of it. Names that nothing
 * is counted by keep what was said of them.
 * @param usage By the names that something is counted by.
 * @returns undefined when it says so already
 */
export function quotaStatus(
  quota: ResourceQuota,
  usage: Readonly<ResourceAmounts>,
): ResourceQuotaStatus | undefined {
  const hard = quota.spec?.hard ?? {};
  const used: Record<string, string> = {};
  for (const name in hard) {
    const amount = usage[name];
    const before = quota.status?.used?.[name];
    if (amount !== undefined) {
      const { format } = parseQuantity(hard[name] as string);
      used[name] = formatQuantity(toQuantity(name, amount, format));
    } else if (before !== undefined) used[name] = before;
  }
  const status = { hard, used };
  return deepEqual(quota.status, status) ? undefined : status;
}
