import { expect, test } from '@jest/globals';
import { nextNames, simulatedNode } from '../../../../src/cli/nodes/simulated-node.ts';
import { isPoweredOn, isSimulated } from '../../../../src/kubelet/annotations.ts';
import { simulatedNode as kubeletsNode } from '../../../../src/kubelet/nodes/simulated-node.ts';
import type { Node } from '../../../../src/scheme/generated/types/core-v1.ts';

const shape = {
  cpu: '16',
  memory: '64Gi',
  pods: '50',
  ephemeralStorage: '10Gi',
  labels: { disk: 'ssd' },
};

test('a node of the command is one that the kubelets take on', () => {
  const node = simulatedNode('node-1', 'a', shape) as Node;
  expect(isSimulated(node)).toBe(true);
  expect(isPoweredOn(node)).toBe(true);
  const { labels, ...sizes } = shape;
  const theirs = kubeletsNode({ ...sizes, pods: 50, name: 'node-1', zone: 'a', labels });
  expect(node.metadata).toEqual(theirs.metadata);
  expect(theirs.status?.capacity).toMatchObject(node.status?.capacity ?? {});
});

test('names go on after the highest number that is taken', () => {
  expect(nextNames('node-', 2, [])).toEqual(['node-1', 'node-2']);
  expect(nextNames('node-', 2, ['node-3', 'node-10', 'node-x', 'big-99', 'node-'])).toEqual([
    'node-11',
    'node-12',
  ]);
});
