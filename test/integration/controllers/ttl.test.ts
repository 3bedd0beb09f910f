import { expect, test } from '@jest/globals';
import { coreNodes } from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const TTL = 'node.alpha.kubernetes.io/ttl';

const expectTtl = (plane: TestPlane, ttl: string, nodes: number): Promise<unknown> =>
  plane.eventually(
    () => plane.list(coreNodes),
    (all) => {
      expect(all).toHaveLength(nodes);
      expect(new Set(all.map(({ metadata }) => metadata.annotations?.[TTL]))).toEqual(
        new Set([ttl]),
      );
    },
  );

test('nodes say how long to keep what was read, the longer the more there are', async () => {
  await using plane = await testPlane({ controllers: ['ttl'] });
  const names = Array.from({ length: 101 }, (_, index) => `node-${index}`);
  await Promise.all(
    names.slice(1).map((name) => plane.client.create(coreNodes, { metadata: { name } })),
  );
  await expectTtl(plane, '0', 100);
  await plane.client.create(coreNodes, { metadata: { name: 'node-0' } });
  await expectTtl(plane, '15', 101);
  await plane.client.delete(coreNodes, { name: 'node-0' });
  await plane.idle();
  await expectTtl(plane, '15', 100);
});
