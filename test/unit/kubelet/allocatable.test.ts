import { describe, expect, test } from '@jest/globals';
import { allocatableOf } from '../../../src/kubelet/nodes/allocatable.ts';

const CAPACITY = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' };
const TENTH_LESS = '96636764000';

type Amounts = Record<string, string>;

const left = (annotations: Amounts = {}, capacity: Amounts = CAPACITY, reserved?: Amounts) =>
  allocatableOf({
    node: { metadata: { name: 'node-1', annotations } },
    capacity,
    ...(reserved ? { reserved } : {}),
  });

describe('Pods may have of a node', () => {
  test('all that it has, less what it does not let run out', () => {
    expect(left()).toEqual({
      cpu: '4',
      memory: '16284Mi',
      'ephemeral-storage': TENTH_LESS,
      pods: '110',
    });
  });

  test('as many bytes of its disk as a kubelet says, which reckons in single precision', () => {
    expect(left({}, { 'ephemeral-storage': '101430960Ki' })).toEqual({
      'ephemeral-storage': '93478772582',
    });
  });

  test.each<[title: string, annotations: Amounts, expected: Amounts]>([
    [
      'what its kubelet keeps',
      { 'kube-reserved': 'cpu=100m, memory=1Gi' },
      { cpu: '3900m', memory: '15260Mi' },
    ],
    ['what its system keeps', { 'system-reserved': 'cpu=1' }, { cpu: '3' }],
    [
      'the sum of both',
      { 'kube-reserved': 'cpu=100m', 'system-reserved': 'cpu=400m,pods=10' },
      { cpu: '3500m', pods: '100' },
    ],
    ['no more than there is', { 'kube-reserved': 'cpu=5' }, { cpu: '0' }],
    ['nothing that does not parse', { 'kube-reserved': 'cpu=lots,memory,=1,cpu=-1' }, { cpu: '4' }],
    ['nothing of what it has not', { 'kube-reserved': 'example.com/gpu=1' }, {}],
    ['a threshold of its own', { 'eviction-hard': 'memory.available<1Gi' }, { memory: '15Gi' }],
    [
      'the threshold of its own file system, not that of its images',
      { 'eviction-hard': 'nodefs.available<50Gi,imagefs.available<60Gi' },
      { 'ephemeral-storage': '50Gi' },
    ],
    [
      'no threshold that is soft, and none of inodes or processes',
      {
        'eviction-hard': 'pid.available<10%,nodefs.inodesFree<20%',
        'eviction-soft': 'memory.available<4Gi',
        'eviction-soft-grace-period': 'memory.available=1m',
      },
      {},
    ],
  ])('less %s', (_title, annotations, expected) => {
    const own = Object.entries(annotations).map(([name, text]) => [`orrery.dev/${name}`, text]);
    expect(left(Object.fromEntries(own))).toEqual({ ...left(), ...expected });
  });

  test('less what a profile reserves', () => {
    expect(left({}, CAPACITY, { memory: '1Gi' }).memory).toBe('15260Mi');
  });

  test('as memory, less its huge pages', () => {
    const capacity = { memory: '16Gi', 'hugepages-2Mi': '2Gi', 'hugepages-1Gi': '1Gi' };
    expect(left({}, capacity)).toEqual({ ...capacity, memory: '13212Mi' });
  });
});
