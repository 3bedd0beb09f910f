import type { Pod } from '../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../scheme/object.ts';
import { podRequests, type ResourceVector } from '../scheme/pod-resources.ts';

/**
 * What a container without a request counts for when nodes are scored (not when they are filtered), so that pods without
 * requests spread as well. Kubernetes' amounts.
 */
const ASSUMED_REQUESTS = { cpu: '100m', memory: '200Mi' };

/** A pod with what the scheduler computes of it once. */
export interface PodInfo {
  readonly key: NamespacedKey;
  readonly uid: string;
  readonly pod: Pod;
  readonly requests: ResourceVector;
  readonly scoredRequests: { readonly milliCpu: number; readonly memoryBytes: number };
}

export function toPodInfo(pod: Pod): PodInfo {
  return {
    key: keyOf(pod),
    uid: pod.metadata.uid ?? '',
    pod,
    requests: podRequests(pod),
    scoredRequests: podRequests(pod, ASSUMED_REQUESTS),
  };
}

/** Whether the pod still holds, or will want, resources: one that ran to its end does not. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
