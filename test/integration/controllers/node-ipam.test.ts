import { expect, test } from '@jest/globals';
import { simulatedNode } from '../../../src/kubelet/nodes/simulated-node.ts';
import { coreEvents, coreNodes } from '../../../src/scheme/generated/resources.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, type TestPlaneOptions, testPlane } from '../../support/control-plane.ts';

const ipamPlane = (controllerOptions: TestPlaneOptions['controllerOptions'] = {}) =>
  testPlane({ controllers: ['node-ipam'], controllerOptions });

const create = (plane: TestPlane, ...names: string[]): Promise<Node[]> =>
  Promise.all(names.map((name) => plane.client.create(coreNodes, { metadata: { name } })));

async function cidrsByName({ client }: TestPlane): Promise<Record<string, readonly string[]>> {
  const { items } = await client.list(coreNodes, {});
  return Object.fromEntries(
    items.map(({ metadata, spec }) => [metadata.name ?? '', spec?.podCIDRs ?? []]),
  );
}

test('every node gets a range of its own of each family, whoever made it', async () => {
  const clusterCidrs = ['10.128.0.0/9', 'fd00:10:128::/48'];
  await using plane = await ipamPlane({ clusterCidrs });
  await create(plane, 'by-hand');
  await plane.client.create(coreNodes, simulatedNode({ name: 'simulated', pods: 500 }));
  await plane.client.create(coreNodes, {
    metadata: { name: 'given' },
    spec: { podCIDR: '10.128.9.0/24', podCIDRs: ['10.128.9.0/24'] },
  });
  const cidrs = await plane.eventually(
    () => cidrsByName(plane),
    (found) => expect(Object.values(found).every((ranges) => ranges.length > 0)).toBe(true),
  );
  expect(cidrs['given']).toEqual(['10.128.9.0/24']);
  expect(cidrs['by-hand']).toEqual([
    expect.stringMatching(/^10\.128\.\d+\.0\/24$/),
    expect.stringMatching(/^fd00:10:128:.*\/64$/),
  ]);
  expect(cidrs['simulated']?.[0]).toMatch(/\/23$/);
});

test('a thousand nodes at once have a thousand ranges', async () => {
  await using plane = await ipamPlane();
  await create(plane, ...Array.from({ length: 1_000 }, (_, n) => `n${n}`));
  const cidrs = await plane.eventually(
    () => cidrsByName(plane),
    (found) => expect(Object.values(found).filter(([first]) => first)).toHaveLength(1_000),
  );
  expect(new Set(Object.values(cidrs).flat()).size).toBe(1_000);
});

test('a node for which nothing is left is told so once, and gets the range of the next that goes', async () => {
  await using plane = await ipamPlane({ clusterCidrs: ['10.0.0.0/23'] });
  await create(plane, 'a', 'b');
  await plane.eventually(
    () => cidrsByName(plane),
    (found) => expect(Object.values(found).flat()).toHaveLength(2),
  );
  const before = await cidrsByName(plane);
  await create(plane, 'late');
  const refusals = async () =>
    (await plane.client.list(coreEvents, { namespace: 'default' })).items.filter(
      ({ involvedObject }) => involvedObject.name === 'late',
    );
  await plane.eventually(refusals, (events) => expect(events).toHaveLength(1));
  for (const value of ['1', '2']) {
    const patch = { metadata: { labels: { value } } };
    await plane.client.patch(coreNodes, { name: 'late' }, { type: 'merge', patch });
  }
  await plane.idle();
  expect(await refusals()).toMatchObject([
    {
      type: 'Normal',
      reason: 'CIDRNotAvailable',
      message: 'Node late status is now: CIDRNotAvailable',
      source: { component: 'cidrAllocator' },
      count: 1,
    },
  ]);
  await plane.client.delete(coreNodes, { name: 'b' });
  await plane.eventually(
    () => cidrsByName(plane),
    (found) => expect(found).toEqual({ a: before['a'], late: before['b'] }),
  );
});

test('a restart keeps to what nodes have', async () => {
  await using plane = await ipamPlane({ nodeMasks: { IPv4: 28 }, clusterCidrs: ['10.0.0.0/26'] });
  await create(plane, 'a', 'b');
  await plane.eventually(
    () => cidrsByName(plane),
    (found) => expect(Object.values(found).flat()).toHaveLength(2),
  );
  await plane.restartControllers();
  await create(plane, 'c', 'd');
  const cidrs = await plane.eventually(
    () => cidrsByName(plane),
    (found) => expect(Object.values(found).flat()).toHaveLength(4),
  );
  expect(Object.values(cidrs).flat().sort()).toEqual([
    '10.0.0.0/28',
    '10.0.0.16/28',
    '10.0.0.32/28',
    '10.0.0.48/28',
  ]);
});
