import { toRfc3339 } from '../../lib/clock.ts';
import type { Node, Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { qosClassOf } from '../../scheme/resources-of-pod.ts';
import { type AdmissionProblem, admissionOf } from '../admission.ts';
import { wholeResourcesOf } from '../resize.ts';
import type { PodContext, PodStage, PodTransition } from '../stage.ts';
import { containerSlots, currentInit } from '../status/container-slots.ts';
import {
  REASON_CONTAINER_CREATING,
  REASON_POD_INITIALIZING,
  waitingStatus,
} from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

/**
 * A Pod that was bound to the node: the kubelet takes it on, and its containers are being created; or it refuses it; or, for a
 * critical one, ends others first.
 */
export const podAdmit: PodStage = {
  name: 'pod-admit',
  matches: (pod) =>
    pod.status?.startTime === undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod),
  delay: { ms: 5, jitterMs: 15 },
  next: (pod, ctx) => {
    const { preempts, problem } = admissionOf(pod, ctx.node, ctx.neighbours());
    if (problem) return refuse(pod, problem, ctx);
    if (preempts) return { preempts };
    const startTime = toRfc3339(ctx.nowMs);
    const waitsFor = currentInit(containerSlots(pod))
      ? REASON_POD_INITIALIZING
      : REASON_CONTAINER_CREATING;
    const status = nextPodStatus(
      pod,
      ctx.nowMs,
      ({ container }) => waitingStatus(container, waitsFor),
      {
        startTime,
        ...hostAddresses(ctx.node),
        ...qosClass(pod),
        ...wholeResourcesOf(pod),
      },
    );
    return { status };
  },
};

function refuse(
  pod: Pod,
  { message, note, reason }: AdmissionProblem,
  ctx: PodContext,
): PodTransition {
  const status: PodStatus = {
    ...pod.status,
    ...(pod.metadata.generation === undefined
      ? {}
      : { observedGeneration: pod.metadata.generation }),
    ...qosClass(pod),
    phase: 'Failed',
    reason,
    message,
    startTime: toRfc3339(ctx.nowMs),
  };
  return { status, events: [{ type: 'Warning', reason, message: note }] };
}

function hostAddresses({ status }: Node): Pick<PodStatus, 'hostIP' | 'hostIPs'> {
  const internal = status?.addresses?.filter(({ type }) => type === 'InternalIP') ?? [];
  const [first] = internal;
  if (!first) return {};
  return { hostIP: first.address, hostIPs: internal.map(({ address }) => ({ ip: address })) };
}

function qosClass({ spec }: Pod): Pick<PodStatus, 'qosClass'> {
  return spec ? { qosClass: qosClassOf(spec) } : {};
}
