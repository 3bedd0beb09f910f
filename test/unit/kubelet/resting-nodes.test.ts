import { expect, test } from '@jest/globals';
import { RestingNodes, type Surroundings } from '../../../src/kubelet/nodes/resting-nodes.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const node = buildNode({ name: 'n' });
const pods = [buildPod({ spec: { nodeName: 'n' } })];
const AT_REST: Surroundings = { node, pods, imagesRevision: 3 };

function resting(): RestingNodes {
  const nodes = new RestingNodes();
  nodes.rest(AT_REST, 1_000);
  return nodes;
}

test('a node rests until its time is up', () => {
  expect(resting().isResting(AT_REST, 999)).toBe(true);
  expect(resting().isResting(AT_REST, 1_000)).toBe(false);
});

test.each<[what: string, change: Partial<Surroundings>]>([
  ['it is another version of itself', { node: { ...node } }],
  ['one of its Pods has changed', { pods: [...pods] }],
  ['its last Pod has gone', { pods: [] }],
  ['an image has come or gone', { imagesRevision: 4 }],
])('a node rests no longer when %s', (_, change) => {
  expect(resting().isResting({ ...AT_REST, ...change }, 0)).toBe(false);
});

test('a node rests no longer when the simulation has changed', () => {
  const nodes = resting();
  nodes.wakeAll();
  expect(nodes.isResting(AT_REST, 0)).toBe(false);
});

test('a node that comes back by the same name does not rest', () => {
  const nodes = resting();
  nodes.forget('n');
  expect(nodes.isResting(AT_REST, 0)).toBe(false);
});
