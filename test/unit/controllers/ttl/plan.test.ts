import { expect, test } from '@jest/globals';
import { missingTtl, nextStep } from '../../../../src/controllers/ttl/plan.ts';
import type { Node } from '../../../../src/scheme/generated/types/core-v1.ts';

test.each([
  [0, 0, 0],
  [0, 100, 0],
  [0, 101, 1],
  [1, 95, 1],
  [1, 90, 1],
  [1, 89, 0],
  [1, 500, 1],
  [1, 501, 2],
  [2, 450, 2],
  [2, 449, 1],
  [2, 1_001, 3],
  [3, 899, 2],
  [3, 2_001, 4],
  [4, 1_799, 3],
  [0, 5_000, 4],
  [4, 3, 0],
])('a cluster at step %i with %i nodes is at step %i', (step, nodes, expected) => {
  expect(nextStep(step, nodes)).toBe(expected);
});

const node = (ttl?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'node-1',
    ...(ttl === undefined ? {} : { annotations: { 'node.alpha.kubernetes.io/ttl': ttl } }),
  },
});

test.each([
  [undefined, 0, '0'],
  ['0', 0, undefined],
  ['0', 1, '15'],
  ['15', 2, '30'],
  ['30', 3, '60'],
  ['60', 4, '300'],
  ['300', 4, undefined],
  ['soon', 0, '0'],
])('a node that says %j lacks at step %i: %j', (ttl, step, expected) => {
  expect(missingTtl(node(ttl), step)).toBe(expected);
});
