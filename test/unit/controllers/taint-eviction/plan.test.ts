import { describe, expect, test } from '@jest/globals';
import { planEvictions } from '../../../../src/controllers/taint-eviction/plan.ts';
import type { Pod, Taint, Toleration } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const secondsAgo = (seconds: number): string => new Date(NOW_MS - seconds * 1000).toISOString();

const down: Taint = { key: 'down', effect: 'NoExecute', timeAdded: secondsAgo(100) };
const broken: Taint = { key: 'broken', effect: 'NoExecute', timeAdded: secondsAgo(20) };

const tolerate = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

function pod(tolerations: Toleration[], scheduledSecondsAgo = 1000): Pod {
  const lastTransitionTime = secondsAgo(scheduledSecondsAgo);
  const conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime }];
  return buildPod({ spec: { tolerations }, status: { phase: 'Running', conditions } });
}

/** `now`, `never`, or in how many seconds the Pod must go. */
function due(taints: Taint[], onNode: Pod, seenSecondsAgo = 0): string | number {
  const plan = planEvictions({
    node: buildNode({ taints }),
    pods: [onNode],
    seenMs: () => NOW_MS - seenSecondsAgo * 1000,
    nowMs: NOW_MS,
  });
  if (plan.evict.length > 0) return 'now';
  return plan.nextInMs === undefined ? 'never' : plan.nextInMs / 1000;
}

describe('a Pod must go', () => {
  test.each<[string, Taint[], Toleration[], string | number]>([
    ['never from a Node without taints', [], [], 'never'],
    [
      'never for a taint that only keeps new Pods away',
      [{ ...down, effect: 'NoSchedule' }],
      [],
      'never',
    ],
    ['now when it does not tolerate the taint', [down], [], 'now'],
    ['now when it tolerates only one of two', [down, broken], [tolerate('down')], 'now'],
    ['never when it tolerates the taint for ever', [down], [tolerate('down')], 'never'],
    ['when its toleration ends', [down], [tolerate('down', 300)], 200],
    ['now when its toleration has ended', [down], [tolerate('down', 100)], 'now'],
    ['now when it tolerates the taint for no time', [broken], [tolerate('broken', 0)], 'now'],
    [
      'when the first of its tolerations ends',
      [down, broken],
      [tolerate('down', 300), tolerate('broken', 60)],
      40,
    ],
  ])('%s', (_, taints, tolerations, expected) => {
    expect(due(taints, pod(tolerations))).toBe(expected);
  });

  test('its whole time after it came to a Node that was tainted already', () => {
    expect(due([down], pod([tolerate('down', 300)], 10))).toBe(290);
  });

  test('its time after the taint was first seen, when the taint does not tell', () => {
    const { timeAdded: _, ...silent } = down;
    expect(due([silent], pod([tolerate('down', 300)]), 50)).toBe(250);
  });

  test('only once', () => {
    const ending = pod([]);
    const metadata = { ...ending.metadata, deletionTimestamp: secondsAgo(1) };
    expect(due([down], { ...ending, metadata })).toBe('never');
  });
});

test('the next deadline is the earliest of all Pods that are to go later', () => {
  const pods = [pod([tolerate('down', 300)]), pod([tolerate('down', 150)]), pod([])];
  const plan = planEvictions({
    node: buildNode({ taints: [down] }),
    pods,
    seenMs: () => NOW_MS,
    nowMs: NOW_MS,
  });
  expect(plan).toEqual({ evict: [pods[2]], scheduled: [pods[0], pods[1]], nextInMs: 50_000 });
});
