import { describe, expect, test } from '@jest/globals';
import { sortReplicaSets } from '../../../../src/controllers/deployment/replica-sets.ts';
import {
  type CreationOutcome,
  computeDeploymentStatus,
} from '../../../../src/controllers/deployment/status.ts';
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../../../src/scheme/generated/types/apps-v1.ts';
import { storedDeployment, storedReplicaSet } from '../../../support/workloads.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const NOW = '2026-01-01T00:00:00Z';
const LONG_AGO = '2025-12-31T00:00:00Z';

function compute(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[] = [],
  creation?: CreationOutcome,
): DeploymentStatus {
  const sets = sortReplicaSets(deployment, replicaSets);
  return computeDeploymentStatus({ deployment, sets, creation, nowMs: NOW_MS });
}

const condition = (status: DeploymentStatus, type: string): DeploymentCondition | undefined =>
  status.conditions?.find((one) => one.type === type);

function progressing(reason: string, status = 'True'): DeploymentCondition {
  return {
    type: 'Progressing',
    status,
    reason,
    message: 'before',
    lastUpdateTime: LONG_AGO,
    lastTransitionTime: LONG_AGO,
  };
}

const full = (count: number) => ({
  replicas: count,
  readyReplicas: count,
  availableReplicas: count,
});

const two = { replicas: 2 };

describe('the status of a Deployment', () => {
  test('sums its ReplicaSets up', () => {
    const status = compute(storedDeployment({ replicas: 4, status: { collisionCount: 3 } }), [
      storedReplicaSet({
        name: 'old',
        image: 'nginx:old',
        replicas: 3,
        status: { replicas: 3, readyReplicas: 2, availableReplicas: 2, terminatingReplicas: 1 },
      }),
      storedReplicaSet({
        name: 'new',
        replicas: 2,
        status: { replicas: 2, readyReplicas: 1, terminatingReplicas: 2 },
      }),
    ]);
    expect(status).toMatchObject({
      observedGeneration: 1,
      replicas: 5,
      updatedReplicas: 2,
      readyReplicas: 3,
      availableReplicas: 2,
      unavailableReplicas: 3,
      terminatingReplicas: 3,
      collisionCount: 3,
    });
  });

  test('says that a ReplicaSet was made', () => {
    const created = { type: 'created', name: 'web-1' } as const;
    const status = compute(
      storedDeployment(two),
      [storedReplicaSet({ status: { replicas: 0 } })],
      created,
    );
    expect(condition(status, 'Progressing')).toEqual({
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: 'Created new replica set "web-1"',
      lastUpdateTime: NOW,
      lastTransitionTime: NOW,
    });
  });

  test('says that a ReplicaSet could not be made', () => {
    const failed = {
      type: 'failed',
      message: 'Failed to create new replica set "web-1": no',
    } as const;
    expect(condition(compute(storedDeployment(two), [], failed), 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ReplicaSetCreateError',
      message: failed.message,
    });
  });

  test('says that a ReplicaSet was found', () => {
    const status = compute(storedDeployment(two), [storedReplicaSet({ status: { replicas: 0 } })]);
    expect(condition(status, 'Progressing')).toMatchObject({
      reason: 'FoundNewReplicaSet',
      message: 'Found new replica set "web-1"',
    });
  });

  test('notes each progress with a new update time and the old transition time', () => {
    const deployment = storedDeployment({
      ...two,
      status: { updatedReplicas: 1, replicas: 1, conditions: [progressing('ReplicaSetUpdated')] },
    });
    const status = compute(deployment, [storedReplicaSet({ ...two, status: { replicas: 2 } })]);
    expect(condition(status, 'Progressing')).toEqual({
      ...progressing('ReplicaSetUpdated'),
      message: 'ReplicaSet "web-1" is progressing.',
      lastUpdateTime: NOW,
    });
  });

  test('says when the rollout is complete, once', () => {
    const deployment = storedDeployment({
      ...two,
      status: { conditions: [progressing('ReplicaSetUpdated')] },
    });
    const sets = [storedReplicaSet({ ...two, status: full(2) })];
    const status = compute(deployment, sets);
    expect(condition(status, 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-1" has successfully progressed.',
    });
    expect(compute({ ...deployment, status }, sets)).toEqual(status);
  });

  test('says when the rollout is stuck past its deadline', () => {
    const deployment = storedDeployment({
      ...two,
      status: { ...full(1), updatedReplicas: 1, conditions: [progressing('ReplicaSetUpdated')] },
    });
    const status = compute(deployment, [storedReplicaSet({ ...two, status: full(1) })]);
    expect(condition(status, 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-1" has timed out progressing.',
      lastTransitionTime: NOW,
    });
  });

  test('does not take a complete rollout that loses a Pod for a stuck one', () => {
    const before = [progressing('NewReplicaSetAvailable')];
    const deployment = storedDeployment({
      ...two,
      status: { ...full(2), updatedReplicas: 2, conditions: before },
    });
    const status = compute(deployment, [storedReplicaSet({ ...two, status: { replicas: 2 } })]);
    expect(condition(status, 'Progressing')).toEqual(before[0]);
  });

  test('has no Progressing condition without a deadline', () => {
    const deployment = storedDeployment({
      ...two,
      progressDeadlineSeconds: 2_147_483_647,
      status: { conditions: [progressing('ReplicaSetUpdated')] },
    });
    const status = compute(deployment, [storedReplicaSet({ ...two, status: full(2) })]);
    expect(condition(status, 'Progressing')).toBeUndefined();
  });

  test.each([
    [4, 3, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
    [4, 2, 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
    [0, 0, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
  ])(
    'with %i replicas of which %i are available is Available=%s',
    (replicas, ok, value, reason, message) => {
      const sets = [storedReplicaSet({ replicas, status: { replicas, availableReplicas: ok } })];
      expect(condition(compute(storedDeployment({ replicas }), sets), 'Available')).toMatchObject({
        status: value,
        reason,
        message,
      });
    },
  );

  test('passes the failure of a ReplicaSet on, and takes it back', () => {
    const failure = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'quota',
      lastTransitionTime: LONG_AGO,
    };
    const deployment = storedDeployment(two);
    const failing = storedReplicaSet({ ...two, status: { replicas: 0, conditions: [failure] } });
    const status = compute(deployment, [failing]);
    expect(condition(status, 'ReplicaFailure')).toEqual({ ...failure, lastUpdateTime: LONG_AGO });
    const recovered = compute({ ...deployment, status }, [storedReplicaSet(two)]);
    expect(condition(recovered, 'ReplicaFailure')).toBeUndefined();
  });

  test('tells when it is paused and resumed, and stops the progress clock meanwhile', () => {
    const sets = [storedReplicaSet({ ...two, status: full(1) })];
    const before = {
      ...full(1),
      updatedReplicas: 1,
      conditions: [progressing('ReplicaSetUpdated')],
    };
    const paused = compute(storedDeployment({ ...two, paused: true, status: before }), sets);
    expect(condition(paused, 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
    const resumed = compute(storedDeployment({ ...two, status: paused }), sets);
    expect(condition(resumed, 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentResumed',
      message: 'Deployment is resumed',
    });
  });

  test('leaves a missed deadline standing when it is paused', () => {
    const missed = progressing('ProgressDeadlineExceeded', 'False');
    const status = compute(
      storedDeployment({ ...two, paused: true, status: { conditions: [missed] } }),
      [storedReplicaSet({ ...two, status: full(1) })],
    );
    expect(condition(status, 'Progressing')).toEqual(missed);
  });
});
