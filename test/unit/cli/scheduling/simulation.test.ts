import { expect, test } from '@jest/globals';
import { formatSimulation, type Simulation } from '../../../../src/cli/scheduling/simulation.ts';

const simulation = (fields: Partial<Simulation>): Simulation => ({
  namespace: 'default',
  schedulerName: 'default-scheduler',
  count: 4,
  fits: 4,
  end: 'ALL_FIT',
  nodes: 3,
  durationMs: 7.4,
  placements: [
    { nodeName: 'node-1', count: 3 },
    { nodeName: 'node-2', count: 1 },
  ],
  obstacle: null,
  ...fields,
});

test.each<[string, Partial<Simulation>]>([
  ['All 4 fit, on 2 of 3 nodes', {}],
  ['2 of 4 fit, on 2 of 3 nodes', { fits: 2, end: 'NO_NODE_FITS' }],
  ['None of 4 fits on 3 nodes', { fits: 0, end: 'NO_NODE_FITS', placements: [] }],
  ['2 of 4 fit at least, on 2 of 3 nodes; then time was up', { fits: 2, end: 'TIME_LIMIT' }],
])('the first line says: %s', (summary, fields) => {
  expect(formatSimulation(simulation(fields))[0]).toBe(`${summary} (7 ms, nothing was created)`);
});

test('where the Pods would go is a table', () => {
  expect(formatSimulation(simulation({})).slice(1)).toEqual([
    '',
    'NODE     PODS',
    'node-1   3',
    'node-2   1',
  ]);
});

test('what stops the next one is told, and at whose cost room would be made', () => {
  const lines = formatSimulation(
    simulation({
      fits: 0,
      end: 'NO_NODE_FITS',
      placements: [],
      obstacle: {
        message: '0/3 nodes are available: 3 Too many pods.',
        reasons: [{ plugin: 'NodeResourcesFit', reason: 'Too many pods', count: 3, hint: null }],
        preemption: {
          nodeName: 'node-1',
          victims: [{ namespace: 'shop', name: 'batch', priority: 0 }],
        },
      },
    }),
  );
  expect(lines.slice(1)).toEqual([
    '',
    'The next one would wait: 0/3 nodes are available: 3 Too many pods.',
    '',
    'NODES   PLUGIN             REASON',
    '3       NodeResourcesFit   Too many pods',
    '',
    'It would take the place of less important Pods on node-1: shop/batch (priority 0)',
  ]);
});
