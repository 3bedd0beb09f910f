import { expect, test } from '@jest/globals';
import { isApiError } from '../../../src/scheme/errors.ts';
import { coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import {
  getPod,
  type KubeletPlane,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

const manifest = (image: string) => [
  { metadata: { name: 'proxy' }, spec: { containers: [{ name: 'proxy', image }] } },
];

const declare = (plane: KubeletPlane, pods: readonly object[]) =>
  plane.api.client.patch(
    coreNodes,
    { name: 'n1' },
    {
      type: 'merge',
      patch: { metadata: { annotations: { 'orrery.dev/static-pods': JSON.stringify(pods) } } },
    },
  );

async function findPod(plane: KubeletPlane): Promise<Pod | undefined> {
  try {
    return await getPod(plane, 'proxy-n1');
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound')) return undefined;
    throw thrown;
  }
}

const running = (plane: KubeletPlane, image: string, notUid?: string) =>
  asTimePasses(
    plane,
    () => findPod(plane),
    (pod) => {
      expect(pod?.status?.phase).toBe('Running');
      expect(pod?.spec?.containers[0]?.image).toBe(image);
      expect(pod?.metadata.uid).not.toBe(notUid);
    },
  );

test('a node runs its static Pods: their mirrors come back, follow the file, and go with it', async () => {
  await using plane = await kubeletPlane();
  const node = await readyNode(plane);
  await declare(plane, manifest('proxy:1'));
  const first = await running(plane, 'proxy:1');
  expect(first?.metadata.ownerReferences).toEqual([
    { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: node.metadata.uid, controller: true },
  ]);
  expect(first?.metadata.annotations?.['kubernetes.io/config.source']).toBe('file');
  await plane.api.client.delete(corePods, { namespace: 'default', name: 'proxy-n1' });
  const second = await running(plane, 'proxy:1', first?.metadata.uid);
  await declare(plane, manifest('proxy:2'));
  await running(plane, 'proxy:2', second?.metadata.uid);
  await declare(plane, []);
  await asTimePasses(
    plane,
    () => findPod(plane),
    (pod) => expect(pod).toBeUndefined(),
  );
});

test('a static Pod for which its node has no room ends as many others as it takes', async () => {
  await using plane = await kubeletPlane();
  await readyNode(plane);
  const asking = (cpu: string) => ({
    containers: [{ name: 'c', image: 'proxy:1', resources: { requests: { cpu } } }],
  });
  for (const [name, cpu] of Object.entries({ small: '1', large: '3' })) {
    await runningPod(plane, podOf(name, asking(cpu)));
  }
  await declare(plane, [{ metadata: { name: 'proxy' }, spec: asking('2') }]);
  await running(plane, 'proxy:1');
  expect((await getPod(plane, 'large')).status).toMatchObject({
    phase: 'Failed',
    reason: 'Preempting',
    message: 'Preempted in order to admit critical pod',
  });
  expect((await getPod(plane, 'small')).status?.phase).toBe('Running');
});
