import { expect } from '@jest/globals';
import type { ControllersOptions } from '../../src/controllers/controllers.ts';
import {
  corePersistentVolumeClaims as claims,
  storageStorageClasses as classes,
  coreEvents,
  corePods,
} from '../../src/scheme/generated/resources.ts';
import type { PersistentVolumeClaim, Volume } from '../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from './control-plane.ts';
import { newClaim, newStorageClass } from './storage.ts';
import { podSpec } from './workloads.ts';

const CONTROLLERS = [
  'attach-detach',
  'ephemeral-volume',
  'garbage-collector',
  'persistentvolume-binder',
  'persistentvolume-expander',
  'pv-protection',
  'pvc-protection',
  'volume-attacher',
  'volume-modifier',
  'volume-provisioner',
] as const;

/** The claim of these tests. */
export const DATA = { namespace: 'default', name: 'data' };

/** A plane with the controllers of storage, and the class `fast` of simulated disks. */
export async function storagePlane(
  parameters: Record<string, string> = {},
  controllerOptions: Partial<ControllersOptions> = {},
): Promise<TestPlane> {
  const plane = await testPlane({ controllers: CONTROLLERS, controllerOptions });
  const storageClass = newStorageClass('fast', { allowVolumeExpansion: true, parameters });
  await plane.client.create(classes, storageClass);
  return plane;
}

/** A claim of the class. */
export const template = newClaim('data', { spec: { storageClassName: 'fast' } });

/** Makes the claim, and waits until it has its volume. */
export const boundClaim = async (plane: TestPlane): Promise<PersistentVolumeClaim> => {
  const { spec } = template;
  await plane.client.create(claims, { metadata: DATA, ...(spec ? { spec } : {}) });
  return plane.eventually(
    () => plane.client.get(claims, DATA),
    ({ status }) => expect(status?.phase).toBe('Bound'),
  );
};

/** A pod with one volume. */
export const createPod = (
  plane: TestPlane,
  name: string,
  volume: Omit<Volume, 'name'>,
  nodeName?: string,
) =>
  plane.client.create(corePods, {
    metadata: { name, namespace: 'default' },
    spec: podSpec({
      volumes: [{ name: 'data', ...volume }],
      ...(nodeName ? { nodeName } : {}),
    }),
  });

/** The volume that is the claim. */
export const onData = { persistentVolumeClaim: { claimName: 'data' } };

export const expectEvent = (plane: TestPlane, event: object): Promise<unknown> =>
  plane.eventually(
    () => plane.list(coreEvents),
    (events) => expect(events).toContainEqual(expect.objectContaining(event)),
  );
