import { describe, expect, test } from '@jest/globals';
import { evictionRank } from '../../../src/kubelet/eviction/ranking.ts';
import { actingShortage, metThresholds } from '../../../src/kubelet/eviction/shortages.ts';
import { mayExceedStorage, storageExcess } from '../../../src/kubelet/eviction/storage-limits.ts';
import { type EvictionResource, thresholdsOf } from '../../../src/kubelet/eviction/thresholds.ts';
import { PressureReports } from '../../../src/kubelet/nodes/pressure-reports.ts';
import type { Node, Pod, PodSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import type { PressureType } from '../../../src/scheme/groups/simulation/types.ts';

const GIB = 2 ** 30;
const NOW = Date.UTC(2026, 5, 1, 12);
const SECOND_MS = 1_000;

function nodeOf(annotations: Record<string, string> = {}, reported: PressureType[] = []): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', annotations },
    status: {
      capacity: { memory: '16Gi', 'ephemeral-storage': '100Gi' },
      conditions: reported.map((type) => ({ type, status: 'True' })),
    },
  };
}

function podOf(name: string, usage: Record<string, string> = {}, spec: Partial<PodSpec> = {}): Pod {
  const annotations = Object.fromEntries(
    Object.entries(usage).map(([key, value]) => [`orrery.dev/usage-${key}`, value]),
  );
  const containers = spec.containers ?? [{ name: 'app' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, annotations },
    spec: { containers, ...spec },
    status: {
      phase: 'Running',
      containerStatuses: containers.map((container) => ({
        name: container.name,
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: {} },
      })),
    },
  };
}

const metOn = (node: Node, pods: Pod[], imageBytes = 0): string[] =>
  metThresholds({ node, pods, imageBytes, nowMs: NOW }).map(({ signal }) => signal);

describe('a node runs out', () => {
  test.each<[string, Record<string, string>, number, string[]]>([
    ['of nothing when nothing is said', {}, 0, []],
    ['of no memory while 100 MiB are left', { memory: '16284Mi' }, 0, []],
    [
      'of memory when less is',
      { memory: '16285Mi' },
      0,
      ['memory.available', 'allocatableMemory.available'],
    ],
    ['of no disk while 15 % are left', { 'ephemeral-storage': '84.9999Gi' }, 0, []],
    [
      'of disk for images when less is',
      { 'ephemeral-storage': '85.1Gi' },
      0,
      ['imagefs.available'],
    ],
    [
      'of disk altogether when less than 10 % are left',
      { 'ephemeral-storage': '90.1Gi' },
      0,
      ['nodefs.available', 'imagefs.available'],
    ],
    ['of disk by images as well', { 'ephemeral-storage': '45Gi' }, 41 * GIB, ['imagefs.available']],
    ['of no inodes while 5 % are left', { inodes: '6225920' }, 0, []],
    [
      'of inodes when less are',
      { inodes: '6225921' },
      0,
      ['nodefs.inodesFree', 'imagefs.inodesFree'],
    ],
    ['of no processes, of which no threshold is usual', { pids: '32768' }, 0, []],
  ])('%s', (_title, usage, imageBytes, expected) => {
    expect(metOn(nodeOf(), [podOf('a', usage)], imageBytes)).toEqual(expected);
  });

  test('by thresholds of its own', () => {
    const node = nodeOf({ 'orrery.dev/eviction-hard': 'pid.available<10%, memory.available<8Gi' });
    const pods = [podOf('a', { pids: '30000', memory: '9Gi', 'ephemeral-storage': '86Gi' })];
    expect(metOn(node, pods)).toEqual([
      'memory.available',
      'allocatableMemory.available',
      'imagefs.available',
      'pid.available',
    ]);
  });

  test.each([
    { memory: '11900Mi', met: [] },
    { memory: '12189Mi', met: ['allocatableMemory.available'] },
    { memory: '16285Mi', met: ['memory.available', 'allocatableMemory.available'] },
  ])('of what Pods may have, as of all, with $memory in use: $met', ({ memory, met }) => {
    const node = nodeOf();
    // 4Gi are reserved, and 100Mi are the threshold.
    const allocatable = { memory: '12188Mi' };
    const reserving = { ...node, status: { ...node.status, allocatable } };
    expect(metOn(reserving, [podOf('a', { memory })])).toEqual(met);
  });

  test.each([
    { reported: [], memory: '15Gi', met: [] },
    { reported: ['MemoryPressure' as const], memory: '15Gi', met: ['memory.available'] },
    { reported: ['MemoryPressure' as const], memory: '13Gi', met: [] },
    { reported: ['DiskPressure' as const], memory: '15Gi', met: [] },
  ])('for longer, to have some to spare: with $memory in use and $reported, of $met', (given) => {
    const reclaim = { 'orrery.dev/eviction-minimum-reclaim': 'memory.available=2Gi' };
    expect(metOn(nodeOf(reclaim, given.reported), [podOf('a', { memory: given.memory })])).toEqual(
      given.met,
    );
  });

  test('only of what Pods that run take', () => {
    const pod = podOf('a', { 'ephemeral-storage': '99Gi' });
    expect(metOn(nodeOf(), [{ ...pod, status: { ...pod.status, phase: 'Failed' } }])).toEqual([]);
  });

  test('of disk by emptyDir volumes, but not by those in memory', () => {
    const usage = { 'volume.data': '50Gi', 'volume.cache': '50Gi' };
    const volumes = (medium?: string) => [
      { name: 'data', emptyDir: {} },
      { name: 'cache', emptyDir: medium ? { medium } : {} },
    ];
    expect(metOn(nodeOf(), [podOf('a', usage, { volumes: volumes() })])).toHaveLength(2);
    expect(metOn(nodeOf(), [podOf('a', usage, { volumes: volumes('Memory') })])).toEqual([]);
  });
});

describe('thresholds', () => {
  test.each<[string, string]>([
    ['a signal that is none', 'cpu.available<1'],
    ['a signal that is not for them', 'allocatableMemory.available<8Gi'],
    ['no value', 'memory.available<'],
    ['no quantity', 'memory.available<much'],
    ['too many parts', 'memory.available<1Gi<2Gi'],
    ['all of it', 'memory.available<100%'],
    ['nothing', 'memory.available<0'],
  ])('that say %s count as absent', (_title, text) => {
    const names = thresholdsOf(nodeOf({ 'orrery.dev/eviction-hard': text })).map((t) => t.signal);
    expect(names.sort()).toEqual([
      'allocatableMemory.available',
      'imagefs.available',
      'imagefs.inodesFree',
      'memory.available',
      'nodefs.available',
      'nodefs.inodesFree',
    ]);
  });

  test('that are soft have a grace period, or are none', () => {
    const softOf = (graces?: string) =>
      thresholdsOf(
        nodeOf({
          'orrery.dev/eviction-soft': 'memory.available<1Gi',
          ...(graces ? { 'orrery.dev/eviction-soft-grace-period': graces } : {}),
        }),
      ).filter(({ graceMs }) => graceMs > 0);
    expect(softOf()).toEqual([]);
    expect(softOf('memory.available=1m30s')).toMatchObject([
      { signal: 'memory.available', graceMs: 90_000 },
    ]);
  });
});

describe('what a node reports', () => {
  const FULL = [podOf('a', { memory: '17Gi' })];
  const CALM = [podOf('a', { memory: '1Gi' })];
  type Look = readonly [atSeconds: number, pods: Pod[], expected: PressureType[]];

  function expectReports(node: Node, looks: readonly Look[]): void {
    const reports = new PressureReports();
    let current = node;
    for (const [atSeconds, pods, expected] of looks) {
      const nowMs = NOW + atSeconds * SECOND_MS;
      const met = metThresholds({ node: current, pods, imageBytes: 0, nowMs });
      const reported = reports.report({
        node: current,
        met,
        declared: new Set(),
        isDeclared: true,
        nowMs,
      });
      expect({ atSeconds, reported }).toEqual({ atSeconds, reported: expected });
      const conditions = reported.map((type) => ({ type, status: 'True' as const }));
      current = { ...current, status: { ...current.status, conditions } };
    }
  }

  test('lasts for five minutes after it has gone', () => {
    expectReports(nodeOf(), [
      [0, CALM, []],
      [10, FULL, ['MemoryPressure']],
      [20, CALM, ['MemoryPressure']],
      [200, FULL, ['MemoryPressure']],
      [499, CALM, ['MemoryPressure']],
      [500, CALM, []],
    ]);
  });

  test('lasts as long as its annotation says', () => {
    expectReports(nodeOf({ 'orrery.dev/eviction-pressure-transition-period': '30s' }), [
      [0, FULL, ['MemoryPressure']],
      [29, CALM, ['MemoryPressure']],
      [30, CALM, []],
    ]);
  });

  test('begins with a soft threshold when that was met for its grace period without a break', () => {
    const node = nodeOf({
      'orrery.dev/eviction-soft': 'memory.available<15Gi',
      'orrery.dev/eviction-soft-grace-period': 'memory.available=30s',
    });
    const soft = [podOf('a', { memory: '2Gi' })];
    expectReports(node, [
      [0, soft, []],
      [20, soft, []],
      [25, [podOf('a', { memory: '512Mi' })], []],
      [30, soft, []],
      [50, soft, []],
      [60, soft, ['MemoryPressure']],
    ]);
  });

  test('counts as just measured by a kubelet that starts again', () => {
    expectReports(nodeOf({}, ['MemoryPressure']), [
      [0, CALM, ['MemoryPressure']],
      [299, CALM, ['MemoryPressure']],
      [300, CALM, []],
    ]);
  });

  test('is nothing of what was not measured', () => {
    const node = nodeOf({}, ['DiskPressure']);
    const declared = new Set<PressureType>();
    const measurement = { node, met: [], declared, isDeclared: false, nowMs: NOW };
    expect(new PressureReports().report(measurement)).toEqual([]);
  });

  test('is nothing of what somebody says, and ends with that', () => {
    const node = nodeOf({}, ['MemoryPressure']);
    const reports = new PressureReports();
    const reportOf = (...declared: PressureType[]) =>
      reports.report({
        node,
        met: [],
        declared: new Set(declared),
        isDeclared: true,
        nowMs: NOW,
      });
    expect(reportOf('MemoryPressure')).toEqual([]);
    expect(reportOf()).toEqual([]);
  });
});

describe('a node gives Pods up', () => {
  const machine = (node: Node, pods: Pod[]) => ({ node, pods, imageBytes: 0, nowMs: NOW });
  const full = [podOf('a', { memory: '17Gi', 'ephemeral-storage': '99Gi' })];

  test('for memory before disk, and only for what it has reported', () => {
    const shortageOn = (...reported: PressureType[]) =>
      actingShortage(machine(nodeOf({}, reported), full), new Set());
    expect(shortageOn()).toBeUndefined();
    expect(shortageOn('DiskPressure')?.resource).toBe('ephemeral-storage');
    expect(shortageOn('DiskPressure', 'MemoryPressure')).toMatchObject({
      resource: 'memory',
      measured: { quantity: 100 * 2 ** 20, available: 0 },
    });
  });

  test('no longer when it has enough again, though it reports otherwise', () => {
    const node = nodeOf({}, ['MemoryPressure']);
    expect(actingShortage(machine(node, []), new Set())).toBeUndefined();
    expect(actingShortage(machine(node, []), new Set(['MemoryPressure']))).toEqual({
      pressure: 'MemoryPressure',
      resource: 'memory',
    });
  });

  const asking = (requests: Record<string, string>, priority = 0): Partial<PodSpec> => ({
    priority,
    containers: [{ name: 'app', resources: { requests } }],
  });
  const mirror = podOf('mirror', { memory: '9Gi', 'ephemeral-storage': '9Gi', pids: '9000' });
  const annotations = { ...mirror.metadata.annotations, 'kubernetes.io/config.mirror': 'x' };

  test.each<[EvictionResource, Pod[]]>([
    [
      'memory',
      [
        podOf('exceeds-most', { memory: '3Gi' }, asking({ memory: '1Gi' })),
        podOf('exceeds', { memory: '2Gi' }, asking({ memory: '1536Mi' })),
        podOf('exceeds-important', { memory: '8Gi' }, asking({ memory: '1Gi' }, 10)),
        podOf('modest', { memory: '4Gi' }, asking({ memory: '5Gi' })),
        podOf('modest-important', { memory: '4Gi' }, asking({ memory: '4Gi' }, 10)),
      ],
    ],
    [
      'ephemeral-storage',
      [
        podOf('writes-most', { 'ephemeral-storage': '30Gi' }),
        podOf('volume', { volume: '20Gi' }, { volumes: [{ name: 'v', emptyDir: {} }] }),
        podOf('important', { 'ephemeral-storage': '40Gi' }, { priority: 10 }),
        podOf('asked', { 'ephemeral-storage': '40Gi' }, asking({ 'ephemeral-storage': '41Gi' })),
      ],
    ],
    [
      'inodes',
      [podOf('many', { inodes: '2000' }), podOf('few', { inodes: '1000' }), podOf('none')],
    ],
    [
      'pids',
      [
        podOf('many', { pids: '2000' }),
        podOf('few', { pids: '10' }),
        podOf('important', { pids: '9000' }, { priority: 10 }),
      ],
    ],
  ])('of %s in its order', (resource, inOrder) => {
    const all = [...inOrder, { ...mirror, metadata: { ...mirror.metadata, annotations } }];
    const ranks = inOrder.map((pod) => [
      pod.metadata.name,
      evictionRank(
        pod,
        all.filter((one) => one !== pod),
        resource,
        NOW,
      ),
    ]);
    expect(ranks).toEqual(inOrder.map(({ metadata }, rank) => [metadata.name, rank]));
  });
});

describe('a Pod takes more of the disk than it may', () => {
  const limited = { resources: { limits: { 'ephemeral-storage': '2Gi' } } };
  test.each<[string, Pod, string | undefined]>([
    ['not without a limit', podOf('a', { 'ephemeral-storage': '50Gi' }), undefined],
    [
      'not at its limit',
      podOf('a', { 'ephemeral-storage': '2Gi' }, { containers: [{ name: 'app', ...limited }] }),
      undefined,
    ],
    [
      'all containers together',
      podOf('a', { 'ephemeral-storage': '2049Mi' }, { containers: [{ name: 'app', ...limited }] }),
      'Pod ephemeral local storage usage exceeds the total limit of containers 2Gi. ',
    ],
    [
      'one container alone',
      podOf(
        'a',
        { 'ephemeral-storage.app': '3Gi', 'ephemeral-storage.side': '512Mi' },
        {
          containers: [
            { name: 'app', ...limited },
            { name: 'side', ...limited },
          ],
        },
      ),
      'Container app exceeded its local ephemeral storage limit "2Gi". ',
    ],
    [
      'a volume with a limit',
      podOf(
        'a',
        { 'volume.data': '2Gi' },
        { volumes: [{ name: 'data', emptyDir: { sizeLimit: '1Gi' } }] },
      ),
      'Usage of EmptyDir volume "data" exceeds the limit "1Gi". ',
    ],
    [
      'not a volume in memory',
      podOf(
        'a',
        { 'volume.data': '2Gi' },
        { volumes: [{ name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }] },
      ),
      undefined,
    ],
  ])('%s', (_title, pod, expected) => {
    expect(storageExcess(pod, NOW)).toBe(expected);
    expect(mayExceedStorage(pod)).toBe(expected !== undefined);
  });
});
