import type { Namespace, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';

/** The ServiceAccount that Pods run as unless they name another: every namespace has it. */
export const DEFAULT_SERVICE_ACCOUNT = 'default';

/** Whether the namespace must be given its default ServiceAccount. A namespace that is going gets nothing new. Pure. */
export function needsDefaultServiceAccount(
  namespace: Namespace | undefined,
  existing: ServiceAccount | undefined,
): boolean {
  if (!namespace || namespace.metadata.deletionTimestamp) return false;
  if (namespace.status?.phase === 'Terminating') return false;
  return existing === undefined;
}
