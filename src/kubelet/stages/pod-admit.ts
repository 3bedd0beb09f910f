import { toRfc3339 } from '../../lib/clock.ts';
import type { Node, Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { qosClassOf } from '../../scheme/resources-of-pod.ts';
import { admissionProblem } from '../admission.ts';
import { wholeResourcesOf } from '../resize.ts';
import type { PodStage } from '../stage.ts';
import { containerSlots, currentInit } from '../status/container-slots.ts';
import {
  REASON_CONTAINER_CREATING,
  REASON_POD_INITIALIZING,
  waitingStatus,
} from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

/** A Pod that was bound to the node: the kubelet takes it on, and its containers are being created; or it refuses it. */
export const podAdmit: PodStage = {
  name: 'pod-admit',
  matches: (pod) =>
    pod.status?.startTime === undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod),
  delay: { ms: 5, jitterMs: 15 },
  next: (pod, ctx) => {
    const problem = admissionProblem(pod, ctx.node, ctx.neighbours());
    const startTime = toRfc3339(ctx.nowMs);
    if (problem) {
      const { message, reason } = problem;
      const status: PodStatus = { ...pod.status, phase: 'Failed', reason, message, startTime };
      return { status, events: [{ type: 'Warning', reason, message: problem.note }] };
    }
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

function hostAddresses({ status }: Node): Pick<PodStatus, 'hostIP' | 'hostIPs'> {
  const internal = status?.addresses?.filter(({ type }) => type === 'InternalIP') ?? [];
  const [first] = internal;
  if (!first) return {};
  return { hostIP: first.address, hostIPs: internal.map(({ address }) => ({ ip: address })) };
}

function qosClass({ spec }: Pod): Pick<PodStatus, 'qosClass'> {
  return spec ? { qosClass: qosClassOf(spec) } : {};
}
