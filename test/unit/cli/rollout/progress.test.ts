import { describe, expect, test } from '@jest/globals';
import {
  type ProgressFacts,
  revisionOf,
  rolloutProgress,
} from '../../../../src/cli/rollout/progress.ts';

interface Counts {
  readonly wanted?: number;
  readonly total?: number;
  readonly updated?: number;
  readonly available?: number;
  readonly observed?: number;
  readonly reason?: string;
}

function deployment({
  wanted = 2,
  total = 2,
  updated = 2,
  available = 2,
  observed = 3,
  reason,
}: Counts): ProgressFacts {
  return {
    metadata: {
      name: 'web',
      generation: 3,
      annotations: { 'deployment.kubernetes.io/revision': '7' },
    },
    spec: { replicas: wanted },
    status: {
      observedGeneration: observed,
      replicas: total,
      updatedReplicas: updated,
      availableReplicas: available,
      conditions: reason ? [{ type: 'Progressing', reason }] : null,
    },
  };
}

describe('a rollout', () => {
  test.each<[string, Counts]>([
    ['Waiting for deployment spec update to be observed...', { observed: 2 }],
    [
      'Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...',
      { updated: 1 },
    ],
    [
      'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
      { total: 3 },
    ],
    [
      'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
      { available: 1 },
    ],
  ])('is not done: %s', (message, counts) => {
    expect(rolloutProgress(deployment(counts))).toEqual({ message, isDone: false });
  });

  test('is done when all replicas are new and available', () => {
    const message = 'deployment "web" successfully rolled out';
    expect(rolloutProgress(deployment({}))).toEqual({ message, isDone: true });
  });

  test('has failed when it is past its deadline', () => {
    const late = deployment({ available: 1, reason: 'ProgressDeadlineExceeded' });
    expect(() => rolloutProgress(late)).toThrow('deployment "web" exceeded its progress deadline');
  });

  test('that was past its deadline before the last change is waited for', () => {
    const changed = deployment({ observed: 2, reason: 'ProgressDeadlineExceeded' });
    expect(rolloutProgress(changed).isDone).toBe(false);
  });
});

test('the revision is that of the annotation, and 0 before there is one', () => {
  expect(revisionOf(deployment({}))).toBe(7);
  expect(revisionOf({ metadata: { annotations: null } })).toBe(0);
});
