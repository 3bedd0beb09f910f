import type { Pod } from '../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../scheme/object.ts';
import { podRequests, type ResourceAmounts } from '../scheme/resources-of-pod.ts';

/**
 * What a container without a request counts for when nodes are scored (not when they are filtered), so that pods without
 * requests spread as well. Kubernetes' amounts.
 */
const ASSUMED_REQUESTS: ResourceAmounts = { cpu: 100, memory: 200 * 1024 * 1024 };

/** A pod with what the scheduler computes of it once. */
export interface PodInfo {
  readonly key: NamespacedKey;
  readonly uid: string;
  readonly pod: Pod;
  /** By resource name: CPU in thousandths of a core, the rest in whole units. */
  readonly requests: ResourceAmounts;
  readonly scoredRequests: ResourceAmounts;
}

export function toPodInfo(pod: Pod): PodInfo {
  const spec = pod.spec ?? { containers: [] };
  return {
    key: keyOf(pod),
    uid: pod.metadata.uid ?? '',
    pod,
    requests: podRequests(spec),
    scoredRequests: podRequests(spec, ASSUMED_REQUESTS),
  };
}

/** Whether the pod still holds, or will want, resources: one that ran to its end does not. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
