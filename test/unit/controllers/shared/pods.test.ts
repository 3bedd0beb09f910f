import { describe, expect, test } from '@jest/globals';
import {
  isPodActive,
  isPodReady,
  isPodTerminal,
  isPodTerminating,
  mostRestarts,
  podAvailableAtMs,
  sidecarStatuses,
} from '../../../../src/controllers/shared/pods.ts';
import type {
  ContainerStatus,
  Pod,
  PodStatus,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const SINCE = '2026-01-01T12:00:00Z';

function pod(status: Pod['status'], isGoing = false): Pod {
  const built = buildPod({ status });
  const deletion = isGoing ? { deletionTimestamp: SINCE } : {};
  return { ...built, metadata: { ...built.metadata, ...deletion } };
}

type Phase = NonNullable<PodStatus['phase']>;

test.each<[phase: Phase, isGoing: boolean, life: 'active' | 'ended' | 'going']>([
  ['Pending', false, 'active'],
  ['Running', false, 'active'],
  ['Unknown', false, 'active'],
  ['Succeeded', false, 'ended'],
  ['Failed', false, 'ended'],
  ['Pending', true, 'going'],
  ['Running', true, 'going'],
  ['Succeeded', true, 'ended'],
  ['Failed', true, 'ended'],
])('a Pod that is %s, and being deleted: %j, is %s', (phase, isGoing, life) => {
  const one = pod({ phase }, isGoing);
  expect(isPodActive(one)).toBe(life === 'active');
  expect(isPodTerminal(one)).toBe(life === 'ended');
  expect(isPodTerminating(one)).toBe(life === 'going');
});

const ready = (status: string, lastTransitionTime?: string): Pod =>
  pod({
    phase: 'Running',
    conditions: [{ type: 'Ready', status, ...(lastTransitionTime ? { lastTransitionTime } : {}) }],
  });

test.each([
  ['True', true],
  ['False', false],
  ['Unknown', false],
])('a Pod whose condition Ready is %s is ready: %j', (status, isReady) => {
  expect(isPodReady(ready(status))).toBe(isReady);
});

test.each<[title: string, pod: Pod, minReadySeconds: number, atMs: number | undefined]>([
  ['never while it is not ready', ready('False', SINCE), 0, undefined],
  ['never while it says nothing', pod({ phase: 'Running' }), 0, undefined],
  ['at once when readiness is enough', ready('True', SINCE), 0, Number.NEGATIVE_INFINITY],
  ['when it has been ready for long enough', ready('True', SINCE), 30, Date.parse(SINCE) + 30_000],
  ['never when it does not say since when', ready('True'), 30, undefined],
])('a Pod is available %s', (_title, one, minReadySeconds, atMs) => {
  expect(podAvailableAtMs(one, minReadySeconds)).toBe(atMs);
});

const status = (name: string, restartCount = 0): ContainerStatus => ({
  name,
  image: 'i',
  imageID: '',
  ready: true,
  restartCount,
});

describe('the containers of a Pod', () => {
  test('that are sidecars are those of its init containers that run on', () => {
    const one = buildPod({
      spec: {
        containers: [{ name: 'main' }],
        initContainers: [{ name: 'init' }, { name: 'side', restartPolicy: 'Always' }],
      },
      status: {
        containerStatuses: [status('main')],
        initContainerStatuses: [status('init'), status('side')],
      },
    });
    expect(sidecarStatuses(one).map(({ name }) => name)).toEqual(['side']);
  });

  test.each([
    [undefined, 0],
    [[], 0],
    [[status('a', 2), status('b', 5), status('c')], 5],
  ])('were restarted as often as the one that was most often', (statuses, most) => {
    expect(mostRestarts(statuses)).toBe(most);
  });
});
