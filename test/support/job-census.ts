import { type Census, takeCensus } from '../../src/controllers/job/census.ts';
import type { Job, JobSpec, JobStatus } from '../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../src/scheme/generated/types/core-v1.ts';

/** The moment of all these tests. */
export const NOW = Date.parse('2026-01-01T01:00:00Z');
export const INDEX = 'batch.kubernetes.io/job-completion-index';
export const FAILURES = 'batch.kubernetes.io/job-index-failure-count';

/** @param seconds before {@link NOW} */
export const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();

/** What matters of a Pod of a Job. */
export interface PodState {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly index?: number;
  readonly ready?: boolean;
  readonly deleted?: boolean;
  readonly bound?: boolean;
  readonly restarts?: number;
  /** Seconds since it was created, was ready, or ended. */
  readonly age?: number;
  readonly indexFailures?: number;
}

let lastUid = 0;

export function newPod(state: PodState): Pod {
  const { age = 60, bound = true, deleted, index, indexFailures = 0, phase = 'Running' } = state;
  const { ready, restarts = 0 } = state;
  const uid = `uid-${lastUid++}`;
  const isEnded = phase === 'Succeeded' || phase === 'Failed';
  const annotations = { [INDEX]: `${index}`, [FAILURES]: `${indexFailures}` };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: uid,
      uid,
      creationTimestamp: ago(age),
      finalizers: ['batch.kubernetes.io/job-tracking'],
      ...(index === undefined ? {} : { annotations }),
      ...(deleted ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { containers: [], ...(bound ? { nodeName: 'n1' } : {}) },
    status: {
      phase,
      conditions: ready ? [{ type: 'Ready', status: 'True', lastTransitionTime: ago(age) }] : [],
      containerStatuses: [
        {
          name: 'c',
          image: 'a',
          imageID: '',
          ready: ready === true,
          restartCount: restarts,
          state: isEnded ? { terminated: { exitCode: 1, finishedAt: ago(age) } } : { running: {} },
        },
      ],
    },
  };
}

/** What a Job that has these Pods finds. */
export function censusOf(
  parts: Partial<JobSpec>,
  states: readonly PodState[],
  status: JobStatus = {},
): Census {
  const spec: JobSpec = { parallelism: 1, template: {}, ...parts };
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work' },
    spec,
    status,
  };
  const pods = states.map(newPod);
  return takeCensus({ job, spec, pods, released: new Set(), backoff: undefined });
}
