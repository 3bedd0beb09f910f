import { describe, expect, test } from '@jest/globals';
import {
  isShutdownOver,
  shutdownGroups,
  shutdownTurn,
} from '../../../src/kubelet/nodes/node-shutdown.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';

const START_MS = Date.UTC(2026, 5, 1, 12);
const nodeOf = (annotations: Record<string, string> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', annotations: { 'orrery.dev/power': 'shutdown', ...annotations } },
  status: {
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        message: 'node is shutting down',
        lastTransitionTime: new Date(START_MS).toISOString(),
      },
    ],
  },
});
const podOf = (priority: number, graceSeconds = 3_600): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p${priority}`, namespace: 'default' },
  spec: { containers: [], priority, terminationGracePeriodSeconds: graceSeconds },
});

const BY_PRIORITY = {
  'orrery.dev/shutdown-grace-period-by-pod-priority': '100000=10s, 1000=120s, 0=60s',
};
const CRITICAL = 2_000_000_000;

describe('the groups of a shutdown', () => {
  test.each<[string, Record<string, string>, [number, number][]]>([
    [
      'are two by default',
      {},
      [
        [0, 20],
        [CRITICAL, 10],
      ],
    ],
    [
      'are two by the periods of the node',
      {
        'orrery.dev/shutdown-grace-period': '1m',
        'orrery.dev/shutdown-grace-period-critical-pods': '15s',
      },
      [
        [0, 45],
        [CRITICAL, 15],
      ],
    ],
    [
      'are as the priorities say, in their order',
      BY_PRIORITY,
      [
        [0, 60],
        [1_000, 120],
        [100_000, 10],
      ],
    ],
    [
      'are the usual ones when the priorities do not parse',
      { 'orrery.dev/shutdown-grace-period-by-pod-priority': '0=long' },
      [
        [0, 20],
        [CRITICAL, 10],
      ],
    ],
  ])('%s', (_title, annotations, expected) => {
    expect(
      shutdownGroups(nodeOf(annotations)).map(({ graceMs, priority }) => [
        priority,
        graceMs / 1_000,
      ]),
    ).toEqual(expected);
  });
});

describe('a Pod of a node that shuts down', () => {
  const all = [podOf(-10), podOf(0), podOf(1_000), podOf(99_999), podOf(100_000), podOf(CRITICAL)];

  test.each<[string, Pod, Pod[], number, number]>([
    ['that is the least important begins at once', podOf(0), all, 0, 60],
    ['of less priority than any group belongs to the first', podOf(-10), all, 0, 60],
    ['waits for those that are less important', podOf(1_000), all, 60, 120],
    ['belongs to the highest group that it reaches', podOf(99_999), all, 60, 120],
    ['that is the most important comes last', podOf(CRITICAL), all, 180, 10],
    ['comes at once when those before it have ended', podOf(100_000), [podOf(100_000)], 5, 10],
    ['has no longer than its own grace period', podOf(1_000, 7), all, 60, 7],
  ])('%s', (_title, pod, neighbours, fromSeconds, graceSeconds) => {
    const nowMs = START_MS + 5_000;
    const turn = shutdownTurn(pod, { neighbours, node: nodeOf(BY_PRIORITY), nowMs });
    expect(turn).toEqual({
      fromMs: START_MS + fromSeconds * 1_000,
      graceMs: graceSeconds * 1_000,
    });
  });

  test.each([
    ['nothing runs any more', [], 1, true],
    ['Pods run and there is time', all, 189, false],
    ['the time of all groups is over', all, 190, true],
  ])('keeps it from going off unless %s', (_title, pods, seconds, expected) => {
    const nowMs = START_MS + seconds * 1_000;
    expect(isShutdownOver(nodeOf(BY_PRIORITY), pods, nowMs)).toBe(expected);
  });
});
