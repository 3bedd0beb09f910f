import { describe, expect, test } from '@jest/globals';
import { computeReplicaStatus } from '../../../../../src/controllers/shared/replicas/status.ts';
import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../../support/builders.ts';
import { storedReplicaSet } from '../../../../support/workloads.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const labels = { app: 'web', 'pod-template-hash': 'web-1' };

function pod(readySecondsAgo?: number, podLabels: Record<string, string> = labels): Pod {
  const conditions =
    readySecondsAgo === undefined
      ? []
      : [
          {
            type: 'Ready',
            status: 'True',
            lastTransitionTime: new Date(NOW_MS - readySecondsAgo * 1000).toISOString(),
          },
        ];
  return buildPod({ labels: podLabels, status: { phase: 'Running', conditions } });
}

const input = {
  owner: storedReplicaSet({ replicas: 2 }),
  activePods: [] as Pod[],
  terminatingReplicas: 0,
  failure: undefined,
  nowMs: NOW_MS,
};

describe('the status of a ReplicaSet', () => {
  test('counts Pods by label, readiness and availability', () => {
    const replicaSet = storedReplicaSet({ replicas: 4, spec: { minReadySeconds: 30 } });
    const activePods = [pod(60), pod(10), pod(), pod(60, { app: 'web' })];
    const report = computeReplicaStatus({
      ...input,
      owner: replicaSet,
      activePods,
      terminatingReplicas: 1,
    });
    expect(report.status).toEqual({
      replicas: 4,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 2,
      terminatingReplicas: 1,
      observedGeneration: 1,
    });
    expect(report.nextAvailableInMs).toBe(20_000);
  });

  test('leaves counts of zero out, and waits for nothing, without Pods', () => {
    const { status, nextAvailableInMs } = computeReplicaStatus(input);
    expect(JSON.parse(JSON.stringify(status))).toEqual({
      replicas: 0,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    expect(nextAvailableInMs).toBeUndefined();
  });

  test('takes a Pod that is ready for available at once without minReadySeconds', () => {
    const { status, nextAvailableInMs } = computeReplicaStatus({
      ...input,
      activePods: [pod(0)],
    });
    expect(status.availableReplicas).toBe(1);
    expect(nextAvailableInMs).toBeUndefined();
  });

  test('tells of a failure once, keeps its first message, and forgets it after success', () => {
    const failure = { reason: 'FailedCreate', message: 'quota' } as const;
    const { status } = computeReplicaStatus({ ...input, failure });
    expect(status.conditions).toEqual([
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: 'quota',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ]);
    const owner = { ...input.owner, status };
    const later = { ...input, owner, nowMs: NOW_MS + 5000 };
    const again = computeReplicaStatus({ ...later, failure: { ...failure, message: 'other' } });
    expect(again.status.conditions).toEqual(status.conditions);
    expect(computeReplicaStatus(later).status.conditions).toBeUndefined();
  });
});
