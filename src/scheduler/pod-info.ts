import type { Pod, PodSpec } from '../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../scheme/object.ts';
import { podRequests, type ResourceAmounts } from '../scheme/resources-of-pod.ts';
import { type HostPort, hostPortsOf } from './host-ports.ts';
import { resizedSpec } from './resources/resized-spec.ts';
import {
  type AffinityTerms,
  affinityTermsOf,
  type SelectedPod,
} from './topology/affinity-terms.ts';

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
  readonly priority: number;
  /** By resource name: CPU in thousandths of a core, the rest in whole units. */
  readonly requests: ResourceAmounts;
  readonly scoredRequests: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly affinityTerms: AffinityTerms;
  /** What selectors see of it. */
  readonly selected: SelectedPod;
  readonly isTerminating: boolean;
  /** Equal for pods that no selector can tell apart. */
  readonly groupKey: string;
}

export function toPodInfo(pod: Pod): PodInfo {
  const spec = resizedSpec(pod) ?? { containers: [] };
  const { namespace = '', labels, deletionTimestamp } = pod.metadata;
  const isTerminating = deletionTimestamp !== undefined;
  const requests = podRequests(spec);
  return {
    key: keyOf(pod),
    uid: pod.metadata.uid ?? '',
    pod,
    priority: spec.priority ?? 0,
    requests,
    scoredRequests: podRequests(spec, assumedFor(spec, requests)),
    hostPorts: hostPortsOf(spec),
    affinityTerms: affinityTermsOf(pod),
    selected: { namespace, labels },
    isTerminating,
    groupKey: `${namespace} ${isTerminating} ${JSON.stringify(labels)}`,
  };
}

/** A pod that asks for something as a whole counts by that: only of what it does not ask for at all is something assumed. */
function assumedFor(spec: PodSpec, requests: ResourceAmounts): ResourceAmounts {
  if (!spec.resources?.requests) return ASSUMED_REQUESTS;
  return Object.fromEntries(Object.entries(ASSUMED_REQUESTS).filter(([name]) => !requests[name]));
}

/** Whether the pod still holds, or will want, resources: one that ran to its end does not. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
