import { expect, test } from '@jest/globals';
import {
  coreNodes,
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import {
  getNode,
  getPod,
  type KubeletPlane,
  kubeletPlane,
  podOf,
  readyNode,
} from '../../support/kubelet-plane.ts';
import { newClaim, newVolume } from '../../support/storage.ts';

const ATTACHED = 'kubernetes.io/csi/disks.example.com^handle';

async function boundClaim({ api: { client } }: KubeletPlane): Promise<void> {
  const { hostPath: _, ...spec } = newVolume('pv').spec ?? {};
  const csi = { driver: 'disks.example.com', volumeHandle: 'handle' };
  await client.create(corePersistentVolumes, { metadata: { name: 'pv' }, spec: { ...spec, csi } });
  const claim = newClaim('data', { spec: { volumeName: 'pv' } });
  const created = await client.create(corePersistentVolumeClaims, claim);
  const status = { phase: 'Bound' } as const;
  await client.update(
    corePersistentVolumeClaims,
    { ...created, status },
    { subresource: 'status' },
  );
}

const attach = ({ api: { client } }: KubeletPlane, names: readonly string[]) =>
  client.patch(
    coreNodes,
    { name: 'n1' },
    {
      type: 'merge',
      patch: { status: { volumesAttached: names.map((name) => ({ name, devicePath: '' })) } },
    },
    { subresource: 'status' },
  );

const volumesInUse = async (plane: KubeletPlane, expected: readonly string[]) =>
  asTimePasses(
    plane,
    () => getNode(plane),
    ({ status }) => expect(status?.volumesInUse ?? []).toEqual(expected),
  );

test('a Pod starts when its volume is attached, and the node says so for as long as it uses it', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  await boundClaim(plane);
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  await plane.api.client.create(corePods, podOf('db', { volumes }));
  await asTimePasses(
    plane,
    () => getPod(plane, 'db'),
    ({ status }) => expect(status?.startTime).toBeDefined(),
  );
  plane.clock.advance(60_000);
  await readyNode(plane, 'witness');
  expect((await getPod(plane, 'db')).status?.phase).toBe('Pending');
  await attach(plane, [ATTACHED]);
  await asTimePasses(
    plane,
    () => getPod(plane, 'db'),
    ({ status }) => expect(status?.phase).toBe('Running'),
  );
  await volumesInUse(plane, [ATTACHED]);
  const target = { namespace: 'default', name: 'db' };
  await plane.api.client.delete(corePods, target, { gracePeriodSeconds: 0 });
  await volumesInUse(plane, []);
});
