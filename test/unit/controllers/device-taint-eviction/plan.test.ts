import { expect, test } from '@jest/globals';
import {
  concerns,
  countAllocated,
  countPublished,
  dueTimeMs,
  isEvictedBy,
  noExecuteTaints,
} from '../../../../src/controllers/device-taint-eviction/plan.ts';
import type {
  DeviceTaint,
  DeviceToleration,
  ResourceClaim,
  ResourceSlice,
} from '../../../../src/scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../../../src/scheme/generated/types/resource-v1beta2.ts';

type Rule = DeviceTaintRule['spec'];

const ADDED_MS = Date.UTC(2026, 0, 1);
const SEEN_MS = ADDED_MS + 500_000;
const BROKEN: DeviceTaint = {
  key: 'health',
  value: 'broken',
  effect: 'NoExecute',
  timeAdded: '2026-01-01T00:00:00Z',
};

function sliceOf(taints: readonly DeviceTaint[], generation = 1): ResourceSlice {
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name: `s${generation}` },
    spec: {
      driver: 'gpu.example.com',
      pool: { name: 'p', generation, resourceSliceCount: 1 },
      nodeName: 'n1',
      devices: [{ name: 'd0', taints: [...taints] }, { name: 'd1' }],
    },
  };
}

function claimOf(device: string, tolerations: DeviceToleration[] = []): ResourceClaim {
  const result = { request: 'gpu', driver: 'gpu.example.com', pool: 'p', device, tolerations };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: 'c', namespace: 'default' },
    spec: {},
    status: { allocation: { devices: { results: [result] } } },
  };
}

const due = (claim: ResourceClaim, taints: readonly DeviceTaint[]) =>
  dueTimeMs(claim, { slicesOf: () => [sliceOf(taints)], seenMs: () => SEEN_MS });

const NOW = Number.NEGATIVE_INFINITY;
const tolerate = (fields: Partial<DeviceToleration> = {}): DeviceToleration => ({
  key: 'health',
  operator: 'Exists',
  ...fields,
});

const CASES: readonly [
  title: string,
  tolerations: DeviceToleration[],
  taints: DeviceTaint[],
  expected: number | undefined,
][] = [
  ['a device without taints is kept', [], [], undefined],
  ['a taint that nobody tolerates is left at once', [], [BROKEN], NOW],
  [
    'a taint that only keeps others away is no reason to go',
    [],
    [{ ...BROKEN, effect: 'NoSchedule' }],
    undefined,
  ],
  ['a taint without an effect is no reason to go', [], [{ ...BROKEN, effect: 'None' }], undefined],
  ['a taint that is tolerated for ever is none', [tolerate()], [BROKEN], undefined],
  [
    'a toleration by value is for that value',
    [{ key: 'health', value: 'broken' }],
    [BROKEN],
    undefined,
  ],
  ['another value is not tolerated', [{ key: 'health', value: 'slow' }], [BROKEN], NOW],
  ['another key is not tolerated', [tolerate({ key: 'other' })], [BROKEN], NOW],
  ['a toleration for another effect is none', [tolerate({ effect: 'NoSchedule' })], [BROKEN], NOW],
  ['everything is tolerated by an empty key', [{ operator: 'Exists' }], [BROKEN], undefined],
  [
    'a time is counted from the taint',
    [tolerate({ tolerationSeconds: 60 })],
    [BROKEN],
    ADDED_MS + 60_000,
  ],
  ['a time below zero is none', [tolerate({ tolerationSeconds: -5 })], [BROKEN], ADDED_MS],
  [
    'the shortest of several times counts',
    [tolerate({ tolerationSeconds: 60 }), tolerate({ tolerationSeconds: 30 }), tolerate()],
    [BROKEN],
    ADDED_MS + 30_000,
  ],
  [
    'of several taints the first that is tolerated no more counts',
    [
      tolerate({ tolerationSeconds: 60 }),
      { key: 'hot', operator: 'Exists', tolerationSeconds: 10 },
    ],
    [BROKEN, { ...BROKEN, key: 'hot' }],
    ADDED_MS + 10_000,
  ],
  [
    'a taint that does not say since when is as old as it was first seen',
    [tolerate({ tolerationSeconds: 60 })],
    [{ key: 'health', effect: 'NoExecute' }],
    SEEN_MS + 60_000,
  ],
];

test.each(CASES)('%s', (_, tolerations, taints, expected) => {
  expect(due(claimOf('d0', tolerations), taints)).toBe(expected);
});

test('the taints of another device are no matter', () => {
  expect(due(claimOf('d1'), [BROKEN])).toBeUndefined();
});

test('a claim without devices has nothing to leave', () => {
  expect(due({ ...claimOf('d0'), status: {} }, [BROKEN])).toBeUndefined();
});

test('what a pool said before does not count', () => {
  expect(noExecuteTaints([sliceOf([BROKEN], 1), sliceOf([], 2)], 'd0')).toEqual([]);
  expect(noExecuteTaints([sliceOf([], 1), sliceOf([BROKEN], 2)], 'd0')).toEqual([BROKEN]);
  expect(noExecuteTaints([], 'd0')).toEqual([]);
});

const ruleOf = (
  deviceSelector: Rule['deviceSelector'],
  taint: DeviceTaint = BROKEN,
): DeviceTaintRule => ({
  apiVersion: 'resource.k8s.io/v1beta2',
  kind: 'DeviceTaintRule',
  metadata: { name: 'r', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { ...(deviceSelector ? { deviceSelector } : {}), taint },
});

const SELECTORS: readonly [title: string, selector: Rule['deviceSelector'], selects: boolean][] = [
  ['without a selector selects nothing', undefined, false],
  ['with an empty selector selects everything', {}, true],
  ['selects by driver', { driver: 'gpu.example.com' }, true],
  ['does not select another driver', { driver: 'nic.example.com' }, false],
  ['selects by pool', { pool: 'p' }, true],
  ['does not select another pool', { pool: 'q' }, false],
  ['selects by device', { device: 'd0' }, true],
  ['does not select another device', { device: 'd1' }, false],
  ['selects by all of them', { driver: 'gpu.example.com', pool: 'p', device: 'd0' }, true],
  ['needs all of them', { driver: 'gpu.example.com', pool: 'q', device: 'd0' }, false],
];

test.each(SELECTORS)('a rule %s', (_, selector, selects) => {
  const rule = ruleOf(selector);
  const claim = claimOf('d0');
  const input = { slicesOf: () => [], rules: [rule], seenMs: () => SEEN_MS };
  expect(dueTimeMs(claim, input)).toBe(selects ? NOW : undefined);
  expect(isEvictedBy(rule, claim)).toBe(selects);
  expect(concerns(rule, claim)).toBe(selects);
  expect(countAllocated(rule, [claim, claim])).toBe(selects ? 2 : 0);
});

const BY_RULE: readonly [string, DeviceToleration[], DeviceTaint, number | undefined][] = [
  ['evicts at once who does not tolerate it', [], BROKEN, NOW],
  ['evicts nobody who tolerates it', [tolerate()], BROKEN, undefined],
  ['evicts nobody without the effect', [], { ...BROKEN, effect: 'None' }, undefined],
  ['evicts nobody when it only keeps away', [], { ...BROKEN, effect: 'NoSchedule' }, undefined],
  [
    'is as old as its object when it does not say since when',
    [tolerate({ tolerationSeconds: 60 })],
    { key: 'health', effect: 'NoExecute' },
    ADDED_MS + 60_000,
  ],
];

test.each(BY_RULE)('the taint of a rule %s', (_, tolerations, taint, expected) => {
  const input = { slicesOf: () => [], rules: [ruleOf({}, taint)], seenMs: () => SEEN_MS };
  expect(dueTimeMs(claimOf('d0', tolerations), input)).toBe(expected);
});

test('a rule without effect tells whom it would evict', () => {
  const rule = ruleOf({}, { ...BROKEN, effect: 'None' });
  expect(isEvictedBy(rule, claimOf('d0'))).toBe(true);
  expect(isEvictedBy(rule, claimOf('d0', [tolerate()]))).toBe(false);
});

test('devices are counted in the newest generation of their pool', () => {
  const slices = [sliceOf([], 1), sliceOf([], 2)];
  expect(countPublished(ruleOf({}), slices)).toBe(2);
  expect(countPublished(ruleOf({ device: 'd1' }), slices)).toBe(1);
  expect(countPublished(ruleOf({ pool: 'q' }), slices)).toBe(0);
});
