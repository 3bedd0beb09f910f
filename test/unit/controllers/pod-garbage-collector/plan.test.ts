import { describe, expect, test } from '@jest/globals';
import {
  isOutOfService,
  isUnscheduledTerminating,
  selectExcess,
} from '../../../../src/controllers/pod-garbage-collector/plan.ts';
import { asFailed } from '../../../../src/controllers/pod-garbage-collector/status.ts';
import type { Pod, Taint } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const deletionTimestamp = '2026-01-01T00:00:00Z';

const deleted = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } });

function ended(name: string, createdAt: number, reason?: string): Pod {
  const pod = buildPod({ name, status: { phase: 'Failed', ...(reason ? { reason } : {}) } });
  const creationTimestamp = `2026-01-01T00:00:0${createdAt}Z`;
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp } };
}

test('a Pod that is deleted before it has a node ends nowhere', () => {
  const bound = buildPod({ spec: { nodeName: 'node-1' } });
  const found = [buildPod(), bound, deleted(bound), deleted(buildPod())].map(
    isUnscheduledTerminating,
  );
  expect(found).toEqual([false, false, false, true]);
});

describe('a Node is out of service', () => {
  const taints: Taint[] = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
  const dead = buildNode({ taints });
  const conditions = [{ type: 'Ready', status: 'Unknown' }];

  test('when somebody says so and it is not ready', () => {
    expect(isOutOfService({ ...dead, status: { ...dead.status, conditions } })).toBe(true);
  });

  test('not while it is ready, and not without the taint', () => {
    expect(isOutOfService(dead)).toBe(false);
    expect(isOutOfService({ ...buildNode(), status: { conditions } })).toBe(false);
  });
});

describe('of ended Pods', () => {
  const pods = [ended('c', 3), ended('a', 1), ended('evicted', 9, 'Evicted'), ended('b', 1)];
  const names = (threshold: number): (string | undefined)[] =>
    selectExcess(pods, threshold).map(({ metadata }) => metadata.name);

  test('those beyond the threshold go: evicted ones first, then the oldest', () => {
    expect(names(1)).toEqual(['evicted', 'a', 'b']);
    expect(names(3)).toEqual(['evicted']);
  });

  test('none goes within the threshold or without one', () => {
    expect(names(4)).toEqual([]);
    expect(names(0)).toEqual([]);
  });
});

describe('a Pod that is removed by force', () => {
  test('has failed, and is told when its node is gone', () => {
    const { status } = asFailed(buildPod({ status: { phase: 'Running' } }), 'orphaned', NOW_MS);
    expect(status).toEqual({
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
          observedGeneration: 1,
          lastTransitionTime: deletionTimestamp,
        },
      ],
    });
  });

  test('keeps how it ended', () => {
    const done = buildPod({ status: { phase: 'Succeeded' } });
    expect(asFailed(done, 'orphaned', NOW_MS)).toBe(done);
  });

  test('needs no reason for any other cause', () => {
    expect(asFailed(buildPod(), 'unscheduled', NOW_MS).status?.conditions).toEqual([]);
  });
});
