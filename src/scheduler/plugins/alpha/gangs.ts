import { parseGoDuration } from '../../../scheme/duration.ts';
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import type { ClusterCache } from '../../cluster-cache.ts';
import type { Plugin } from '../../framework.ts';
import type { PodInfo } from '../../pod-info.ts';
import type { PodSelector } from '../../topology/pod-counts.ts';
import type { WaitingPod, WaitingPods } from '../../waiting-pods.ts';

/** On a pod: the group that it belongs to, within its namespace. */
export const LABEL_GANG = 'scheduling.orrery.dev/gang';
/** On each pod of a gang: with how many of it on nodes the gang may start. */
export const ANNOTATION_GANG_SIZE = 'scheduling.orrery.dev/gang-size';
/** On each pod of a gang: how long a placed member waits for the others, as `90s`. */
export const ANNOTATION_GANG_DEADLINE = 'scheduling.orrery.dev/gang-deadline';

const NAME = 'Gangs';
const DEFAULT_DEADLINE_MS = 60_000;

interface Gang {
  readonly size: number;
  readonly deadlineMs: number;
  /** Every member that is there. */
  readonly selector: PodSelector;
}

/**
 * All of a group or none: a member that has found its node is not bound before so many others have found theirs. When the
 * deadline passes first, all that wait give their places back.
 */
export function createGangs({
  cache,
  waitingPods,
}: {
  readonly cache: ClusterCache;
  readonly waitingPods: WaitingPods;
}): Plugin {
  function* waitingOf({ selector }: Gang): Iterable<WaitingPod> {
    for (const waiting of [...waitingPods.all()]) {
      if (selector.matches(waiting.pod.selected)) yield waiting;
    }
  }
  const giveUp = (pod: PodInfo, reason: string) => {
    const gang = gangOf(pod.pod);
    if (gang) for (const waiting of waitingOf(gang)) waiting.reject(NAME, reason);
  };
  return {
    name: NAME,
    permit(pod) {
      const gang = gangOf(pod.pod);
      if (!gang) return undefined;
      // The pod itself is placed already, and so counts.
      if (cache.podCounts.total(gang.selector) < gang.size) {
        return { decision: 'wait', timeoutMs: gang.deadlineMs };
      }
      for (const waiting of waitingOf(gang)) waiting.allow(NAME);
      return undefined;
    },
    postFilter(pod) {
      giveUp(pod, `gang: ${pod.key} fits no node`);
      return undefined;
    },
    unreserve: (pod) => giveUp(pod, `gang: the place of ${pod.key} was taken back`),
    helpedBy: ['node-added', 'node-updated', 'assigned-pod-removed'],
  };
}

function gangOf({ metadata }: Pod): Gang | undefined {
  const name = metadata.labels?.[LABEL_GANG];
  const size = Number(metadata.annotations?.[ANNOTATION_GANG_SIZE]);
  if (!name || !Number.isInteger(size) || size < 2) return undefined;
  const { namespace = '' } = metadata;
  const deadline = parseGoDuration(metadata.annotations?.[ANNOTATION_GANG_DEADLINE] ?? '');
  return {
    size,
    deadlineMs: deadline && deadline > 0 ? deadline : DEFAULT_DEADLINE_MS,
    selector: {
      identity: JSON.stringify(['gang', namespace, name]),
      skipsTerminating: true,
      matches: (pod) => pod.namespace === namespace && pod.labels?.[LABEL_GANG] === name,
    },
  };
}
