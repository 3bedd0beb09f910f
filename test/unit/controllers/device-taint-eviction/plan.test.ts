import { expect, test } from '@jest/globals';
import {
  dueTimeMs,
  noExecuteTaints,
} from '../../../../src/controllers/device-taint-eviction/plan.ts';
import type {
  DeviceTaint,
  DeviceToleration,
  ResourceClaim,
  ResourceSlice,
} from '../../../../src/scheme/generated/types/resource-v1.ts';

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
