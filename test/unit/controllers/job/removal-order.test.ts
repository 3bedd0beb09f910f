import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inRemovalOrder } from '../../../../src/controllers/job/removal-order.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { secondsAgo } from '../../../support/job-census.ts';

interface Fields {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Unknown' | 'Running';
  /** Undefined for one that is not ready; null for one whose condition does not say since when. */
  readonly readySecondsAgo?: number | null;
  readonly restarts?: readonly number[];
  readonly sidecarRestarts?: number;
  readonly initRestarts?: number;
  readonly createdSecondsAgo?: number;
}

const status = (name: string, restartCount: number) => ({
  name,
  image: 'a',
  imageID: '',
  ready: true,
  restartCount,
});

function pod(name: string, fields: Fields = {}): Pod {
  const { initRestarts = 0, readySecondsAgo, restarts = [0], sidecarRestarts = 0 } = fields;
  const since = readySecondsAgo == null ? {} : { lastTransitionTime: secondsAgo(readySecondsAgo) };
  const { createdSecondsAgo, node = 'node-1', phase = 'Running' } = fields;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(createdSecondsAgo === undefined
        ? {}
        : { creationTimestamp: secondsAgo(createdSecondsAgo) }),
    },
    spec: {
      ...(node === '' ? {} : { nodeName: node }),
      containers: [],
      initContainers: [
        { name: 'sidecar', image: 'a', restartPolicy: 'Always' },
        { name: 'init', image: 'a' },
      ],
    },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: readySecondsAgo === undefined ? 'False' : 'True', ...since },
      ],
      containerStatuses: restarts.map((count, index) => status(`main-${index}`, count)),
      initContainerStatuses: [status('sidecar', sidecarRestarts), status('init', initRestarts)],
    },
  };
}

const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);

describe('of two Pods of a Job that has too many, first goes', () => {
  test.each<[why: string, first: Fields, second: Fields]>([
    ['the one without a node', { node: '', readySecondsAgo: 60 }, { phase: 'Pending' }],
    ['the one that is pending', { phase: 'Pending', readySecondsAgo: 60 }, { phase: 'Unknown' }],
    ['the one whose phase nobody knows', { phase: 'Unknown' }, { phase: 'Running' }],
    ['the one that is not ready', { createdSecondsAgo: 90 }, { readySecondsAgo: 1 }],
    [
      'the one that does not say since when it is ready',
      { readySecondsAgo: null },
      { readySecondsAgo: 5 },
    ],
    [
      'the one that has been ready for less time',
      { readySecondsAgo: 5, createdSecondsAgo: 90 },
      { readySecondsAgo: 60, createdSecondsAgo: 80 },
    ],
    [
      'the one whose container started again more often',
      { restarts: [0, 3] },
      { restarts: [2, 2] },
    ],
    [
      'the one whose containers did, whatever the sidecars',
      { restarts: [1] },
      { sidecarRestarts: 9 },
    ],
    [
      'the one whose sidecar started again more often',
      { sidecarRestarts: 2, createdSecondsAgo: 90 },
      { sidecarRestarts: 1, createdSecondsAgo: 5 },
    ],
    [
      'the younger one, restarts of ended init containers aside',
      { createdSecondsAgo: 5 },
      { createdSecondsAgo: 90, initRestarts: 4 },
    ],
    ['the one without a time of creation', {}, { createdSecondsAgo: 1 }],
  ])('%s', (_, first, second) => {
    const [a, b] = [pod('first', first), pod('second', second)];

    expect(names(inRemovalOrder([a, b]))).toEqual(['first', 'second']);
    expect(names(inRemovalOrder([b, a]))).toEqual(['first', 'second']);
  });
});

describe('the order in which Pods of a Job go', () => {
  const fields = fc.record({
    node: fc.constantFrom('', 'node-1'),
    phase: fc.constantFrom<Fields['phase']>('Pending', 'Unknown', 'Running'),
    readySecondsAgo: fc.constantFrom(undefined, null, 5, 60),
    restarts: fc.array(fc.nat(2), { maxLength: 2 }),
    sidecarRestarts: fc.nat(1),
    createdSecondsAgo: fc.constantFrom(undefined, 5, 60),
  });

  test('is one order of all Pods: any few of them go as they do among the others', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 2, maxLength: 8 }), fc.nat(255), (all, chosen) => {
        const pods = all.map((one, index) => pod(`pod-${index}`, one));
        const order = inRemovalOrder(pods);
        const few = order.filter((_, index) => ((chosen >> index) & 1) === 1);

        expect(inRemovalOrder(few)).toEqual(few);
        expect(new Set(order)).toEqual(new Set(pods));
      }),
    );
  });

  test('does not change the list that it is given', () => {
    const pods = [pod('b', { readySecondsAgo: 1 }), pod('a', { node: '' })];

    inRemovalOrder(pods);

    expect(names(pods)).toEqual(['b', 'a']);
  });
});
