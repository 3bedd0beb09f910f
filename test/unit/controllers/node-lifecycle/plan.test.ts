import { describe, expect, test } from '@jest/globals';
import { isNewsOfNode, planNode } from '../../../../src/controllers/node-lifecycle/plan.ts';
import {
  withoutReadiness,
  withUnknownConditions,
} from '../../../../src/controllers/node-lifecycle/status.ts';
import type { Node, Taint } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const NOW = '2026-01-01T00:00:00Z';
const PREFIX = 'node.kubernetes.io/';

function nodeWith(
  statuses: Record<string, string>,
  taints?: Taint[],
  unschedulable?: boolean,
): Node {
  const node = buildNode({
    ...(taints ? { taints } : {}),
    ...(unschedulable ? { unschedulable } : {}),
  });
  const conditions = Object.entries(statuses).map(([type, status]) => ({ type, status }));
  return { ...node, status: { ...node.status, conditions } };
}

const taint = (key: string, effect: Taint['effect'] = 'NoSchedule'): Taint => ({
  key: key.includes('/') || key === 'dedicated' ? key : `${PREFIX}${key}`,
  effect,
});

const plan = (node: Node, { isTurn = true, isEvictionStopped = false } = {}) =>
  planNode({ node, isEvictionStopped, takeEvictionTurn: () => isTurn, nowMs: NOW_MS });

const taintsOf = ({ spec }: Node): string[] =>
  spec?.taints?.map(({ key, effect }) => `${key.replace(PREFIX, '')}:${effect}`) ?? [];

describe('the taints of a Node', () => {
  test.each<[string, Node, string[]]>([
    ['that is ready are none', nodeWith({ Ready: 'True' }), []],
    ['that has never reported keep Pods away', nodeWith({}), ['not-ready:NoSchedule']],
    [
      'that is not ready',
      nodeWith({ Ready: 'False' }),
      ['not-ready:NoSchedule', 'not-ready:NoExecute'],
    ],
    [
      'that is unreachable',
      nodeWith({ Ready: 'Unknown' }),
      ['unreachable:NoSchedule', 'unreachable:NoExecute'],
    ],
    [
      'that is short of everything',
      nodeWith({
        Ready: 'True',
        MemoryPressure: 'True',
        DiskPressure: 'True',
        PIDPressure: 'True',
        NetworkUnavailable: 'True',
      }),
      [
        'memory-pressure:NoSchedule',
        'disk-pressure:NoSchedule',
        'pid-pressure:NoSchedule',
        'network-unavailable:NoSchedule',
      ],
    ],
    ['whose pressure nobody knows', nodeWith({ Ready: 'True', MemoryPressure: 'Unknown' }), []],
    ['that is cordoned', nodeWith({ Ready: 'True' }, [], true), ['unschedulable:NoSchedule']],
    [
      'that recovered keep what is not this controller’s',
      nodeWith({ Ready: 'True' }, [
        taint('dedicated'),
        taint('unreachable'),
        taint('unreachable', 'NoExecute'),
        taint('dedicated', 'NoExecute'),
      ]),
      ['dedicated:NoSchedule', 'dedicated:NoExecute'],
    ],
    [
      'that went from not ready to unreachable change over',
      nodeWith({ Ready: 'Unknown' }, [taint('not-ready'), taint('not-ready', 'NoExecute')]),
      ['unreachable:NoSchedule', 'unreachable:NoExecute'],
    ],
  ])('%s', (_, node, expected) => {
    expect(taintsOf(plan(node).node)).toEqual(expected);
  });

  test('say when they were added', () => {
    expect(plan(nodeWith({ Ready: 'False' })).node.spec?.taints).toContainEqual({
      ...taint('not-ready', 'NoExecute'),
      timeAdded: NOW,
    });
  });

  test('are the same object when nothing is to be done', () => {
    const { node } = plan(nodeWith({ Ready: 'Unknown' }));
    expect(plan(node).node).toBe(node);
  });
});

describe('marking a Node for eviction', () => {
  test('waits for its turn', () => {
    const { node, awaitsEviction } = plan(nodeWith({ Ready: 'Unknown' }), { isTurn: false });
    expect(taintsOf(node)).toEqual(['unreachable:NoSchedule']);
    expect(awaitsEviction).toBe(true);
  });

  test('needs no turn from one reason to the other', () => {
    const marked = nodeWith({ Ready: 'Unknown' }, [taint('not-ready', 'NoExecute')]);
    const { node } = plan(marked, { isTurn: false });
    expect(taintsOf(node)).toContain('unreachable:NoExecute');
  });

  test('is taken back while all evictions are stopped', () => {
    const marked = plan(nodeWith({ Ready: 'Unknown' })).node;
    const { node, awaitsEviction } = plan(marked, { isEvictionStopped: true });
    expect(taintsOf(node)).toEqual(['unreachable:NoSchedule']);
    expect(awaitsEviction).toBe(false);
  });
});

test('the labels of old tools repeat the present ones', () => {
  const node = buildNode({
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' },
  });
  const labelled = plan(node).node;
  expect(labelled.metadata.labels).toEqual({
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'arm64',
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': 'arm64',
  });
  expect(plan(labelled).node).toBe(labelled);
});

describe('a change of a Node', () => {
  const ready = nodeWith({ Ready: 'True' });
  const beating: Node = {
    ...ready,
    status: {
      ...ready.status,
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: NOW }],
    },
  };

  test('that is a heartbeat is no news', () => {
    expect(isNewsOfNode(ready, beating)).toBe(false);
  });

  test.each([
    ['a condition', nodeWith({ Ready: 'False' })],
    ['a taint', nodeWith({ Ready: 'True' }, [taint('dedicated')])],
    ['being cordoned', nodeWith({ Ready: 'True' }, undefined, true)],
    ['a label', { ...ready, metadata: { ...ready.metadata, labels: { a: 'b' } } }],
  ])('that is %s is news', (_, node) => {
    expect(isNewsOfNode(ready, node)).toBe(true);
  });
});

describe('the conditions of a Node that has fallen silent', () => {
  test('become Unknown, but for those that are not the kubelet’s', () => {
    const node = nodeWith({ Ready: 'True', MemoryPressure: 'False', NetworkUnavailable: 'False' });
    const { conditions } = withUnknownConditions(node, NOW_MS).status ?? {};
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Ready', 'Unknown', 'NodeStatusUnknown'],
      ['MemoryPressure', 'Unknown', 'NodeStatusUnknown'],
      ['NetworkUnavailable', 'False', undefined],
      ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated'],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated'],
    ]);
  });

  test('are the same object when they are Unknown already', () => {
    const silent = withUnknownConditions(nodeWith({}), NOW_MS);
    expect(withUnknownConditions(silent, NOW_MS + 5000)).toBe(silent);
  });
});

test('a Pod loses its readiness and nothing else, and only if it had it', () => {
  const conditions = [
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: 'True' },
  ];
  const pod = buildPod({ status: { phase: 'Running', conditions } });
  const marked = withoutReadiness(pod, NOW_MS);
  expect(marked?.status).toEqual({
    phase: 'Running',
    conditions: [
      { type: 'Initialized', status: 'True' },
      { type: 'Ready', status: 'False', lastTransitionTime: NOW, observedGeneration: 1 },
    ],
  });
  expect(marked && withoutReadiness(marked, NOW_MS)).toBeUndefined();
});
