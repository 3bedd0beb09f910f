/** What the controller asks about a Pod of a Job. All pure; times in milliseconds since the Unix epoch. */
import type { JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodReady, podReadyCondition, sidecarStatuses } from '../shared/pods.ts';
import { replacesOnlyEnded } from './job.ts';

/** Holds an ended Pod until its Job has counted it. */
export const FINALIZER_JOB_TRACKING = 'batch.kubernetes.io/job-tracking';
/** On a Pod of an Indexed Job, as annotation and as label: which index it works on. */
export const ANNOTATION_COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

const WHOLE_NUMBER = /^\d+$/;

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(FINALIZER_JOB_TRACKING) ?? false;
}

/** Undefined for a Pod that tells no index. */
export function completionIndexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[ANNOTATION_COMPLETION_INDEX];
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

/** The whole number in an annotation; 0 where there is none. */
export function countIn({ metadata }: Pod, annotation: string): number {
  const text = metadata.annotations?.[annotation];
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : 0;
}

export function hasSucceeded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded';
}

/** A Pod that is being deleted counts as failed at once, unless its Job waits for it to end: it might never say how it ended. */
export function hasFailed(pod: Pod, spec: JobSpec): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyEnded(spec)) return false;
  return pod.metadata.deletionTimestamp !== undefined && !hasSucceeded(pod);
}

/**
 * When the Pod ended: its last container, else when it ceased to be ready, else when its deletion began, else when it was
 * created.
 */
export function finishedAtMs(pod: Pod): number {
  const {
    creationTimestamp = '',
    deletionGracePeriodSeconds = 0,
    deletionTimestamp,
  } = pod.metadata;
  const fromContainers = containersFinishedAtMs(pod);
  if (fromContainers !== undefined) return fromContainers;
  const ready = podReadyCondition(pod);
  if (ready?.lastTransitionTime && !isPodReady(pod)) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000;
  return Date.parse(creationTimestamp);
}

function containersFinishedAtMs(pod: Pod): number | undefined {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...sidecarStatuses(pod)];
  const times = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  return times.length > 0 && times.every(Number.isFinite) ? Math.max(...times) : undefined;
}
