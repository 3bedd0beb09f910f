import { describe, expect, test } from '@jest/globals';
import {
  type RuleCounts,
  statusDueInMs,
  withEvictionCondition,
} from '../../../../src/controllers/device-taint-eviction/status.ts';
import type { Condition } from '../../../../src/scheme/generated/types/meta-v1.ts';
import type {
  DeviceTaint,
  DeviceTaintRule,
} from '../../../../src/scheme/generated/types/resource-v1beta2.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

const ruleOf = (effect: DeviceTaint['effect'], conditions?: Condition[]): DeviceTaintRule => ({
  apiVersion: 'resource.k8s.io/v1beta2',
  kind: 'DeviceTaintRule',
  metadata: { name: 'r', generation: 2 },
  spec: { deviceSelector: {}, taint: { key: 'health', effect } },
  ...(conditions ? { status: { conditions } } : {}),
});

const NONE: RuleCounts = {
  pendingPods: 0,
  pendingNamespaces: 0,
  publishedDevices: 0,
  allocatedDevices: 0,
  evictedPods: 0,
};

const HINT =
  'if the effect was NoExecute. This information will not be updated again. Recreate the DeviceTaintRule to trigger an update.';

type Case = [
  title: string,
  effect: DeviceTaint['effect'],
  counts: Partial<RuleCounts>,
  status: string,
  reason: string,
  message: string,
];

describe('a rule says of itself', () => {
  test.each<Case>([
    ['that nothing has to go', 'NoExecute', {}, 'False', 'NotStarted', ''],
    [
      'that a Pod has to go',
      'NoExecute',
      { pendingPods: 1, pendingNamespaces: 1 },
      'True',
      'PodsPendingEviction',
      '1 pod needs to be evicted in 1 namespace.',
    ],
    [
      'how many have to go',
      'NoExecute',
      { pendingPods: 3, pendingNamespaces: 2 },
      'True',
      'PodsPendingEviction',
      '3 pods need to be evicted in 2 different namespaces.',
    ],
    [
      'how many have gone meanwhile',
      'NoExecute',
      { pendingPods: 3, pendingNamespaces: 1, evictedPods: 2 },
      'True',
      'PodsPendingEviction',
      '3 pods need to be evicted in 1 namespace. 2 pods evicted since starting the controller.',
    ],
    [
      'that all have gone',
      'NoExecute',
      { evictedPods: 1 },
      'False',
      'Completed',
      '1 pod evicted since starting the controller.',
    ],
    [
      'what it would do if it had an effect',
      'None',
      { publishedDevices: 1, allocatedDevices: 2, pendingPods: 2, pendingNamespaces: 1 },
      'False',
      'NoEffect',
      `1 published device selected. 2 allocated devices selected. 2 pods would be evicted in 1 namespace ${HINT}`,
    ],
    [
      'that it would do nothing',
      'None',
      {},
      'False',
      'NoEffect',
      `0 published devices selected. 0 allocated devices selected. 0 pods would be evicted in 0 different namespaces ${HINT}`,
    ],
    [
      'that its effect evicts nobody',
      'NoSchedule',
      { allocatedDevices: 1 },
      'False',
      'OtherEffect',
      'Eviction only happens for the NoExecute effect.',
    ],
  ])('%s', (_title, effect, counts, status, reason, message) => {
    const told = withEvictionCondition(ruleOf(effect), { ...NONE, ...counts }, NOW);
    expect(told.status?.conditions).toEqual([
      {
        type: 'EvictionInProgress',
        status,
        reason,
        message,
        observedGeneration: 2,
        lastTransitionTime: '2026-01-01T12:00:00Z',
      },
    ]);
    expect(withEvictionCondition(told, { ...NONE, ...counts }, NOW + 60_000)).toBe(told);
  });

  test('nothing of conditions that are not its own', () => {
    const foreign: Condition = {
      type: 'Mine',
      status: 'True',
      reason: 'R',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const told = withEvictionCondition(ruleOf('NoExecute', [foreign]), NONE, NOW);
    expect(told.status?.conditions?.[0]).toBe(foreign);
  });
});

describe('the status of a rule is written', () => {
  const told = withEvictionCondition(ruleOf('NoExecute'), NONE, NOW);
  const changed = { ...told, metadata: { ...told.metadata, generation: 3 } };

  test.each<[title: string, rule: DeviceTaintRule, atMs: number, dueInMs: number]>([
    ['at once for the first time', ruleOf('NoExecute'), NOW, 0],
    ['again after ten seconds', told, NOW + 4_000, 6_000],
    ['then at once', told, NOW + 11_000, 0],
    ['at once when the rule has changed', changed, NOW + 1_000, 0],
  ])('%s', (_title, rule, atMs, dueInMs) => {
    expect(statusDueInMs(rule, atMs)).toBe(dueInMs);
  });
});
