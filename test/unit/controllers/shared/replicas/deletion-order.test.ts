import { describe, expect, test } from '@jest/globals';
import { selectPodsToDelete } from '../../../../../src/controllers/shared/replicas/deletion-order.ts';
import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 2);
const secondsAgo = (seconds: number): string => new Date(NOW_MS - seconds * 1000).toISOString();

interface Fields {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Unknown';
  readonly readySecondsAgo?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly createdSecondsAgo?: number;
}

function candidate(name: string, fields: Fields = {}): Pod {
  const { node = 'node-1', phase = 'Running', readySecondsAgo, cost, restarts = 0 } = fields;
  const pod = buildPod({
    name,
    spec: { nodeName: node },
    status: {
      phase,
      conditions:
        readySecondsAgo === undefined
          ? []
          : [{ type: 'Ready', status: 'True', lastTransitionTime: secondsAgo(readySecondsAgo) }],
      containerStatuses: [
        { name: 'main', image: '', imageID: '', ready: true, restartCount: restarts },
      ],
    },
  });
  const annotations: Record<string, string> = {};
  if (cost !== undefined) annotations['controller.kubernetes.io/pod-deletion-cost'] = cost;
  const creationTimestamp = secondsAgo(fields.createdSecondsAgo ?? 86_000);
  return { ...pod, metadata: { ...pod.metadata, annotations, creationTimestamp } };
}

/** That of the two, whatever their order in the list, `first` is deleted. */
function expectFirst(first: Pod, second: Pod, mates: Record<string, number> = {}): void {
  const options = { nowMs: NOW_MS, podsOnNode: (node: string) => mates[node] ?? 1 };
  expect(selectPodsToDelete([first, second], 1, options)).toEqual([first]);
  expect(selectPodsToDelete([second, first], 1, options)).toEqual([first]);
}

const ready = { readySecondsAgo: 80_000 };

describe('of two Pods, scaling down deletes', () => {
  const cases: [string, Pod, Pod][] = [
    ['the one without a node', candidate('a', { node: '' }), candidate('b', { phase: 'Pending' })],
    [
      'the one that is pending',
      candidate('a', { phase: 'Pending' }),
      candidate('b', { phase: 'Unknown' }),
    ],
    [
      'the one whose phase is unknown',
      candidate('a', { phase: 'Unknown' }),
      candidate('b', { phase: 'Running' }),
    ],
    ['the one that is not ready', candidate('a', { cost: '100' }), candidate('b', ready)],
    [
      'the one of the lower deletion cost',
      candidate('a', { ...ready, cost: '-5' }),
      candidate('b', ready),
    ],
    [
      'the one that has been ready for a shorter order of time',
      candidate('a', { readySecondsAgo: 10 }),
      candidate('b', { readySecondsAgo: 5000 }),
    ],
    ['the one that restarted more', candidate('a', { restarts: 3 }), candidate('b')],
    [
      'the one that is younger by an order',
      candidate('a', { createdSecondsAgo: 10 }),
      candidate('b', { createdSecondsAgo: 5000 }),
    ],
  ];
  test.each(cases)('%s', (_, first, second) => expectFirst(first, second));

  test('the one that shares its node with more of its kind', () => {
    const crowded = candidate('a', { ...ready, node: 'crowded' });
    expectFirst(crowded, candidate('b', { ...ready, node: 'other' }), { crowded: 3, other: 1 });
  });

  test('by uid and not by age when both are of one order of age', () => {
    const [first, second] = [
      candidate('a', { createdSecondsAgo: 50_000 }),
      candidate('b', { createdSecondsAgo: 49_000 }),
    ].sort((a, b) => ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1)) as [Pod, Pod];
    expectFirst(first, second);
  });

  test('none by a deletion cost that is no number', () => {
    const younger = candidate('a', { cost: 'cheap', createdSecondsAgo: 10 });
    expectFirst(younger, candidate('b', { createdSecondsAgo: 5000 }));
  });
});
