/** A Job and its Pods as its controller counts them; name what matters and take the rest. */
import { type Census, takeCensus } from '../../src/controllers/job/census.ts';
import type { Ending } from '../../src/controllers/job/ending.ts';
import { type Tracking, trackPods } from '../../src/controllers/job/status.ts';
import type { Job, JobSpec, JobStatus } from '../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from './builders.ts';
import { FINALIZER, INDEX } from './jobs.ts';

export const NOW_MS = Date.parse('2026-01-01T12:00:00Z');

/** The time so many seconds before {@link NOW_MS}, as objects have it. */
export const secondsAgo = (seconds: number): string =>
  new Date(NOW_MS - seconds * 1_000).toISOString().replace('.000', '');

export interface JobPodFields {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly index?: number | string;
  readonly annotations?: Record<string, string>;
  /** Whether it is being deleted. */
  readonly isDeleted?: boolean;
  /** Whether it has lost its tracking finalizer. */
  readonly isReleased?: boolean;
  readonly isReady?: boolean;
  /** When its only container ended. */
  readonly endedSecondsAgo?: number;
  readonly spec?: Pod['spec'];
  readonly status?: Pod['status'];
}

export function jobPod(name: string, fields: JobPodFields = {}): Pod {
  const { annotations = {}, endedSecondsAgo, index, phase = 'Running' } = fields;
  const pod = buildPod({ name, ...(fields.spec ? { spec: fields.spec } : {}) });
  const finishedAt = endedSecondsAgo === undefined ? undefined : secondsAgo(endedSecondsAgo);
  const state = finishedAt === undefined ? {} : { terminated: { exitCode: 1, finishedAt } };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      uid: `uid-${name}`,
      creationTimestamp: secondsAgo(1_000),
      annotations: { ...annotations, ...(index === undefined ? {} : { [INDEX]: `${index}` }) },
      ...(fields.isDeleted ? { deletionTimestamp: secondsAgo(5) } : {}),
      ...(fields.isReleased ? {} : { finalizers: [FINALIZER] }),
    },
    status: {
      phase,
      conditions: fields.isReady ? [{ type: 'Ready', status: 'True' }] : [],
      containerStatuses: [
        { name: 'main', image: 'a', imageID: '', ready: false, restartCount: 0, state },
      ],
      ...fields.status,
    },
  };
}

export interface JobFields {
  readonly spec?: Partial<JobSpec>;
  readonly status?: JobStatus;
  readonly metadata?: Job['metadata'];
}

export function jobOf({ metadata = {}, spec = {}, status = {} }: JobFields): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default', uid: 'uid-work', ...metadata },
    spec: {
      parallelism: 1,
      backoffLimit: 6,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'a' }] } },
      ...spec,
    },
    status: { startTime: secondsAgo(900), ...status },
  };
}

export function censusOf(
  fields: JobFields,
  pods: readonly Pod[],
  more: Partial<Pick<Census, 'backoff' | 'released'>> = {},
): Census {
  const job = jobOf(fields);
  const { spec } = job;
  if (!spec) throw new Error('a Job without a spec has no Pods');
  return takeCensus({ job, spec, pods, released: new Set(), backoff: undefined, ...more });
}

export interface TrackedFields extends JobFields {
  readonly pods?: readonly Pod[];
  readonly ending?: Ending;
  /** Whether the run has not looked after the Pods. */
  readonly isUnmanaged?: boolean;
  /** Uids of Pods whose finalizer this process has removed. */
  readonly released?: ReadonlySet<string>;
}

/** What the controller stores of a Job. */
export function trackingOf({
  ending,
  isUnmanaged = false,
  pods = [],
  released = new Set(),
  ...fields
}: TrackedFields): Tracking {
  return trackPods({
    census: censusOf(fields, pods, { released }),
    counts: { active: 0, ready: 0, terminating: 0 },
    ending,
    managed: !isUnmanaged,
    nowMs: NOW_MS,
  });
}
