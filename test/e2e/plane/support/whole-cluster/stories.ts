import type { Job } from '../../../../../src/scheme/generated/types/batch-v1.ts';
import type { Event, Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../../../src/scheme/object.ts';
import { hasEnded } from '../workloads.ts';

export const nameOf = ({ metadata }: ApiObject): string => metadata.name ?? '';
export const ownerOf = ({ metadata }: ApiObject) =>
  metadata.ownerReferences?.find((one) => one.controller);

/** What keeps a Pod from being Ready, as far as its status tells. */
export function storyOfPod({ metadata, spec, status }: Pod): string {
  const states = (status?.containerStatuses ?? []).map(({ state, restartCount }) =>
    JSON.stringify({ ...state, restartCount }),
  );
  return `Pod ${metadata.name} on ${spec?.nodeName} is ${status?.phase}: ${states.join()}`;
}

/** What keeps a Job from its end, as far as its status, its Pods and its events tell. */
export function storyOfJob(
  job: Job,
  pods: readonly Pod[],
  events: readonly Event[],
): readonly string[] {
  const mine = pods.filter((pod) => ownerOf(pod)?.uid === job.metadata.uid);
  const told = events.filter(({ involvedObject }) => involvedObject.uid === job.metadata.uid);
  return [
    `Job ${nameOf(job)} wants ${job.spec?.parallelism} at a time and says ${JSON.stringify(job.status)}`,
    ...mine.map(
      (pod) =>
        `${storyOfPod(pod)}${hasEnded(pod) ? '' : ', '}${pod.metadata.deletionTimestamp ?? ''}`,
    ),
    ...told.map(
      ({ count, lastTimestamp, message }) => `  ${lastTimestamp}, ${count} times: ${message}`,
    ),
  ];
}
