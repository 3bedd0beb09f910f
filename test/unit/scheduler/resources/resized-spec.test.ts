import { describe, expect, test } from '@jest/globals';
import { ClusterCache } from '../../../../src/scheduler/cluster-cache.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type { Pod, PodCondition } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

interface Resize {
  readonly wanted: string;
  readonly granted: string;
  readonly actual?: string;
  readonly condition?: Partial<PodCondition>;
}

function resizing({ wanted, granted, actual = granted, condition }: Resize): Pod {
  return buildPod({
    requests: { cpu: wanted },
    spec: { nodeName: 'a' },
    status: {
      phase: 'Running',
      conditions: condition ? [{ type: '', status: 'True', ...condition }] : [],
      containerStatuses: [
        {
          name: 'main',
          image: 'nginx',
          imageID: '',
          ready: true,
          restartCount: 0,
          allocatedResources: { cpu: granted },
          resources: { requests: { cpu: actual } },
        },
      ],
    },
  });
}

const PENDING = { type: 'PodResizePending' };
const IN_PROGRESS = { type: 'PodResizeInProgress' };
const INFEASIBLE = { type: 'PodResizePending', reason: 'Infeasible' };

describe('a pod that is being resized counts', () => {
  const cases: [title: string, resize: Resize, milliCpu: number][] = [
    ['what it wants, if that is more', { wanted: '2', granted: '1', condition: PENDING }, 2000],
    [
      'what it was granted, if that is more',
      { wanted: '1', granted: '2', condition: IN_PROGRESS },
      2000,
    ],
    ['what it still has', { wanted: '1', granted: '1', actual: '3', condition: IN_PROGRESS }, 3000],
    ['not what it can never get', { wanted: '9', granted: '1', condition: INFEASIBLE }, 1000],
    ['its spec once that is over', { wanted: '2', granted: '1' }, 2000],
  ];
  test.each(cases)('%s', (_, resize, milliCpu) => {
    expect(toPodInfo(resizing(resize)).requests.cpu).toBe(milliCpu);
  });
});

describe('a pod that is being resized as a whole counts', () => {
  const whole = (wanted: string, granted: string, condition: Partial<PodCondition>): Pod =>
    buildPod({
      spec: { nodeName: 'a', resources: { requests: { cpu: wanted } } },
      status: {
        phase: 'Running',
        conditions: [{ type: '', status: 'True', ...condition }],
        allocatedResources: { cpu: granted },
        resources: { requests: { cpu: granted } },
      },
    });
  test.each([
    { what: 'what it wants, if that is more', pod: whole('2', '1', PENDING), milliCpu: 2000 },
    {
      what: 'what it was granted, if that is more',
      pod: whole('1', '2', IN_PROGRESS),
      milliCpu: 2000,
    },
    { what: 'not what it can never get', pod: whole('9', '1', INFEASIBLE), milliCpu: 1000 },
  ])('$what', ({ milliCpu, pod }) => {
    expect(toPodInfo(pod).requests.cpu).toBe(milliCpu);
  });
});

test('a resize is followed though the generation of the pod stays', () => {
  const cache = new ClusterCache();
  const before = resizing({ wanted: '1', granted: '2', condition: IN_PROGRESS });
  cache.setPod(before);
  expect(cache.node('a')?.requested.cpu).toBe(2000);
  const after = resizing({ wanted: '1', granted: '1' });
  cache.setPod({ ...after, metadata: before.metadata });
  expect(cache.node('a')?.requested.cpu).toBe(1000);
});
