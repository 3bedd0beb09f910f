/** The Pods of a DaemonSet as its plan and its status look at them. All pure. */
import type { NewObject } from '../../apiserver/client.ts';
import type { DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { LABEL_CONTROLLER_REVISION_HASH } from '../../scheme/groups/apps/controller-revisions.ts';
import {
  LABEL_TEMPLATE_GENERATION,
  templateGenerationOf,
} from '../../scheme/groups/apps/daemon-set-generations.ts';
import { podFromTemplate } from '../shared/pod-template.ts';
import { podAvailableAtMs } from '../shared/pods.ts';
import { affinityToNode, daemonTolerations, targetNodeName } from './eligibility.ts';

/** A Pod for `nodeName`, of the revision that `hash` names. */
export function daemonPod(daemonSet: DaemonSet, nodeName: string, hash: string): NewObject<Pod> {
  const pod = podFromTemplate(daemonSet, daemonSet.spec?.template);
  const generation = templateGenerationOf(daemonSet);
  const labels = {
    ...pod.metadata.labels,
    [LABEL_CONTROLLER_REVISION_HASH]: hash,
    ...(generation > 0 ? { [LABEL_TEMPLATE_GENERATION]: String(generation) } : {}),
  };
  const spec = pod.spec ?? { containers: [] };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: {
      ...spec,
      affinity: affinityToNode(spec.affinity, nodeName),
      tolerations: [...daemonTolerations(spec)],
    },
  };
}

/** The Pods by the node that they are on or made for, each node's oldest first. */
export function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const nodeName = targetNodeName(pod.spec);
    if (nodeName === undefined) continue;
    const there = byNode.get(nodeName);
    if (there) there.push(pod);
    else byNode.set(nodeName, [pod]);
  }
  for (const there of byNode.values()) if (there.length > 1) there.sort(compareByAge);
  return byNode;
}

/** A Pod that is bound goes before one that is not, whatever their ages. */
function compareByAge(a: Pod, b: Pod): number {
  const isUnbound = ({ spec }: Pod): number => (spec?.nodeName ? 0 : 1);
  const text = ({ metadata }: Pod): string => `${metadata.creationTimestamp} ${metadata.name}`;
  return isUnbound(a) - isUnbound(b) || (text(a) < text(b) ? -1 : 1);
}

export function isOfRevision({ metadata }: Pod, hash: string): boolean {
  return metadata.labels?.[LABEL_CONTROLLER_REVISION_HASH] === hash;
}

/** Whether the Pod has been ready for the DaemonSet's minReadySeconds. */
export function isAvailable(pod: Pod, { spec }: DaemonSet, nowMs: number): boolean {
  const availableAtMs = podAvailableAtMs(pod, spec?.minReadySeconds ?? 0);
  return availableAtMs !== undefined && availableAtMs <= nowMs;
}
