import { describe, expect, test } from '@jest/globals';
import { type ExplainedPod, explainPod } from '../../../../src/cli/scheduling/explanation.ts';

type Scheduling = NonNullable<ExplainedPod['scheduling']>;
type Decision = NonNullable<Scheduling['attempts']>[number];
type Detail = NonNullable<Decision['detail']>;

const decision = (fields: Partial<Decision> = {}): Decision => ({
  outcome: 'SCHEDULED',
  schedulerName: 'default-scheduler',
  time: '2026-01-31T08:00:00.250000Z',
  lastTime: '2026-01-31T08:00:00.250000Z',
  attempt: 1,
  lastAttempt: 1,
  durationMicros: 1_250,
  nodeName: 'node-1',
  message: null,
  nodes: 3,
  feasibleNodes: 2,
  reasons: [],
  nominatedNodeName: null,
  victims: null,
  detail: null,
  ...fields,
});

const failure = (fields: Partial<Decision> = {}): Decision =>
  decision({
    outcome: 'UNSCHEDULABLE',
    nodeName: null,
    message: 'full',
    feasibleNodes: 0,
    ...fields,
  });

function explained(fields: Partial<Scheduling>): string {
  const scheduling: Scheduling = {
    state: 'BOUND',
    schedulerName: 'default-scheduler',
    nodeName: 'node-1',
    nominatedNodeName: null,
    gates: [],
    attempts: [],
    ...fields,
  };
  return explainPod({ metadata: { namespace: 'shop', name: 'web' }, scheduling }).join('\n');
}

describe('the result', () => {
  test.each<[string, Partial<Scheduling>, string]>([
    ['of a Pod with its node', { attempts: [decision()] }, 'on node-1\n'],
    ['of a Pod that somebody bound by hand', {}, 'on node-1, by no decision that is kept'],
    [
      'of a Pod that was bound elsewhere than decided',
      { nodeName: 'node-9', attempts: [decision()] },
      'on node-9, by no decision that is kept',
    ],
    [
      'of a Pod that waits',
      { state: 'PENDING', nodeName: null, attempts: [failure()] },
      'waits for a node\n',
    ],
    [
      'of a gated Pod',
      { state: 'GATED', nodeName: null, gates: ['a', 'b'] },
      'not looked at: it has the scheduling gates a, b',
    ],
    [
      'of a Pod of another scheduler',
      { state: 'PENDING', nodeName: null, schedulerName: 'other' },
      'is there a scheduler "other"?',
    ],
  ])('%s', (_, fields, result) => {
    expect(`${explained(fields)}\n`).toContain(result);
  });
});

test('attempts that ended alike are told with when they began and ended', () => {
  const repeated = failure({ lastAttempt: 4, lastTime: '2026-01-31T09:00:00.000000Z' });
  const text = explained({ state: 'PENDING', nodeName: null, attempts: [repeated] });
  expect(text).toContain(
    'Decided:    2026-01-31T08:00:00Z, attempt 1, and again until 2026-01-31T09:00:00Z, attempt 4, in 1.25 ms',
  );
  expect(text).toContain('Nodes:      3, of which 0 could take it');
  expect(text).toContain('Message:    full');
});

test('nodes that were not counted are not told of', () => {
  expect(explained({ attempts: [decision({ feasibleNodes: null })] })).toMatch(/^Nodes: {6}3$/m);
});

test('reasons are a table, with what would help below', () => {
  const reasons = [
    { plugin: 'NodeResourcesFit', reason: 'Insufficient cpu', count: 12, hint: 'request less cpu' },
    { plugin: 'Own', reason: 'the stars', count: 1, hint: null },
  ];
  expect(
    explained({ state: 'PENDING', nodeName: null, attempts: [failure({ reasons })] }),
  ).toContain(`
NODES   PLUGIN             REASON
12      NodeResourcesFit   Insufficient cpu
1       Own                the stars

What would help:
  Insufficient cpu: request less cpu`);
});

test('room that is being made is told of with who leaves, as far as the reader may know', () => {
  const victims = [
    { namespace: 'shop', name: 'batch', priority: 0 },
    { namespace: null, name: null, priority: -5 },
  ];
  const attempts = [failure({ nominatedNodeName: 'node-2', victims })];
  expect(explained({ state: 'PENDING', nodeName: null, attempts })).toContain(
    'is being made on node-2 for which these leave: shop/batch (priority 0), a Pod that you may not see (priority -5)',
  );
});

const assessment = (nodeName: string, total: number): Detail['candidates'][number] => ({
  nodeName,
  total,
  plugins: [
    { plugin: 'NodeName', reasons: null, rawScore: null, score: null },
    { plugin: 'ImageLocality', reasons: null, rawScore: total, score: total },
  ],
});

const detail = (nodes: readonly string[]): Detail => ({
  candidates: nodes.map((name, index) => assessment(name, 90 - index)),
  refused: [
    {
      nodeName: 'node-x',
      total: null,
      plugins: [
        { plugin: 'NodeName', reasons: null, rawScore: null, score: null },
        { plugin: 'NodePorts', reasons: ['in use', 'reserved'], rawScore: null, score: null },
      ],
    },
  ],
  plugins: [
    { plugin: 'NodeName', weight: 0, filterMicros: 1.6, scoreMicros: 0 },
    { plugin: 'ImageLocality', weight: 1, filterMicros: 0, scoreMicros: 3.2 },
    { plugin: 'NodePorts', weight: 0, filterMicros: 2, scoreMicros: 0 },
  ],
});

test('the best nodes are columns, the plugins rows, and the chosen node has a star', () => {
  const text = explained({ attempts: [decision({ detail: detail(['node-1', 'node-2']) })] });
  expect(text).toContain(`
PLUGIN          WEIGHT   *node-1   node-2   TIME
NodeName        -        ok        ok       2 us
ImageLocality   1        90        89       3 us
NodePorts       -        -         -        2 us
total                    90        89`);
  expect(text).toContain(`
NODE     PLUGIN      REASON
node-x   NodePorts   in use
node-x   NodePorts   reserved`);
});

test('no more nodes are shown than fit a terminal, and the chosen one always', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'node-1'];
  const text = explained({ attempts: [decision({ detail: detail(names) })] });
  expect(text).toMatch(/^PLUGIN +WEIGHT +a +b +c +d +\*node-1 +TIME$/m);
});

test('earlier decisions are listed, each with its attempts', () => {
  const attempts = [decision({ attempt: 4, lastAttempt: 4 }), failure({ lastAttempt: 3 })];
  expect(explained({ attempts })).toContain(`
Earlier:
TIME                   ATTEMPT   OUTCOME         WHY
2026-01-31T08:00:00Z   1-3       UNSCHEDULABLE   full`);
});
