import type { NewObject } from '../../../src/apiserver/client.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
  storageStorageClasses,
} from '../../../src/scheme/generated/resources.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
} from '../../../src/scheme/generated/types/core-v1.ts';
import { newStorageClass, newVolume } from '../storage.ts';
import { newPod } from '../workloads.ts';
import type { UnsatisfiableCase } from './unsatisfiable-case.ts';

const claimIn = (
  namespace: string,
  spec: PersistentVolumeClaimSpec,
): NewObject<PersistentVolumeClaim> => ({
  metadata: { namespace, name: 'data' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...spec,
  },
});

export const VOLUME_CASES: readonly UnsatisfiableCase[] = [
  {
    title: 'a claim without a class where no volume is free',
    name: 'claim',
    arrange: (client, namespace) =>
      client.create(corePersistentVolumeClaims, claimIn(namespace, {})),
    status: [corePersistentVolumeClaims, { phase: 'Pending' }],
    event: [
      'FailedBinding',
      /^no persistent volumes available for this claim and no storage class is set$/,
    ],
  },
  {
    title: 'a claim of a class that does not exist',
    name: 'classless',
    arrange: (client, namespace) =>
      client.create(corePersistentVolumeClaims, claimIn(namespace, { storageClassName: 'nobody' })),
    status: [corePersistentVolumeClaims, { phase: 'Pending' }],
    event: ['ProvisioningFailed', /^storageclass\.storage\.k8s\.io "nobody" not found$/],
  },
  {
    title: 'a claim whose provisioner nobody runs',
    name: 'unprovisioned',
    arrange: async (client, namespace) => {
      const provisioner = 'nobody.example.com';
      await client.create(storageStorageClasses, newStorageClass('strange', { provisioner }));
      const claim = claimIn(namespace, { storageClassName: 'strange' });
      await client.create(corePersistentVolumeClaims, claim);
    },
    status: [corePersistentVolumeClaims, { phase: 'Pending' }],
    event: [
      'ExternalProvisioning',
      /^Waiting for a volume to be created either by the external provisioner 'nobody\.example\.com' or manually/,
    ],
  },
  {
    title: 'a claim of a plugin that is no more',
    name: 'intree',
    arrange: async (client, namespace) => {
      const provisioner = 'kubernetes.io/glusterfs';
      await client.create(storageStorageClasses, newStorageClass('gluster', { provisioner }));
      const claim = claimIn(namespace, { storageClassName: 'gluster' });
      await client.create(corePersistentVolumeClaims, claim);
    },
    status: [corePersistentVolumeClaims, { phase: 'Pending' }],
    event: ['ProvisioningFailed', /^no volume plugin matched name: kubernetes\.io\/glusterfs$/],
  },
  {
    title: 'a claim whose attributes have no class',
    name: 'attributes',
    arrange: async (client, namespace) => {
      await client.create(storageStorageClasses, newStorageClass('simulated'));
      const spec = { storageClassName: 'simulated', volumeAttributesClassName: 'gold' };
      await client.create(corePersistentVolumeClaims, claimIn(namespace, spec));
    },
    status: [corePersistentVolumeClaims, { phase: 'Pending' }],
    event: [
      'ProvisioningFailed',
      /^failed to provision volume with StorageClass "simulated": volumeattributesclasses\.storage\.k8s\.io "gold" not found$/,
    ],
  },
  {
    title: 'a claim that names the volume of another',
    name: 'taken',
    arrange: async (client, namespace) => {
      const claimRef = { namespace: 'elsewhere', name: 'data' };
      await client.create(corePersistentVolumes, newVolume('taken', { spec: { claimRef } }));
      const spec = { volumeName: 'taken', storageClassName: '' };
      await client.create(corePersistentVolumeClaims, claimIn(namespace, spec));
    },
    status: [corePersistentVolumeClaims, { phase: 'Pending' }],
    event: ['FailedBinding', /^volume "taken" already bound to a different claim\.$/],
  },
  {
    title: 'a Pod whose volume is attached elsewhere',
    name: 'attached',
    arrange: async (client, namespace) => {
      const csi = { driver: 'disks.example.com', volumeHandle: 'h' };
      const claimRef = { namespace, name: 'data' };
      const spec = { hostPath: undefined as never, csi, claimRef };
      await client.create(corePersistentVolumes, newVolume('single', { spec }));
      const claim = claimIn(namespace, { volumeName: 'single', storageClassName: '' });
      await client.create(corePersistentVolumeClaims, claim);
      const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
      for (const nodeName of ['n1', 'n2']) {
        await client.create(corePods, newPod(`on-${nodeName}`, { namespace, nodeName, volumes }));
      }
    },
    status: [corePods, { phase: 'Pending' }],
    event: [
      'FailedAttachVolume',
      /^Multi-Attach error for volume "single" Volume is already used by pod\(s\) on-n[12]$/,
    ],
  },
];
