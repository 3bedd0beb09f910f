import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
  shapeOf,
} from './support/cluster.ts';

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster();
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;

test('a claim finds a volume of the default class, and takes it along when it is deleted', async () => {
  expect(await cluster.shape('get storageclass')).toMatch(
    /^standard \(default\) +disk\.simulation\.orrery\.dev +Delete +Immediate +true/m,
  );
  await cluster.apply(CLAIM);
  await cluster.kubectl('wait pvc/data --for=jsonpath={.status.phase}=Bound --timeout=60s');
  expect(await cluster.shape('get pvc')).toMatch(
    /^data +Bound +pvc-\S+ +1Gi +RWO +standard +<unset>/m,
  );
  expect(await cluster.shape('get pv')).toMatch(
    /^pvc-\S+ +1Gi +RWO +Delete +Bound +default\/data +standard +<unset>/m,
  );
  const described = shapeOf(await cluster.kubectl('describe pvc data'));
  expect(described).toContain(
    'volume.kubernetes.io/storage-provisioner: disk.simulation.orrery.dev',
  );
  expect(described).toMatch(
    /Normal +ProvisioningSucceeded .* Successfully provisioned volume pvc-/,
  );
  await cluster.kubectl('delete pvc data');
  await cluster.kubectl('wait pv --all --for=delete --timeout=60s');
  expect((await cluster.run('get pv')).stderr).toBe('No resources found\n');
});
