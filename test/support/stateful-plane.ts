import { expect } from '@jest/globals';
import {
  appsStatefulSets,
  corePersistentVolumeClaims,
  corePods,
} from '../../src/scheme/generated/resources.ts';
import type { StatefulSet, StatefulSetSpec } from '../../src/scheme/generated/types/apps-v1.ts';
import type {
  PersistentVolumeClaim,
  Pod,
  PodSpec,
} from '../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from './control-plane.ts';
import { newStatefulSet } from './workloads.ts';

/** The StatefulSet `web` of a test, its Pods and its claims. */

export const WEB = { namespace: 'default', name: 'web' };

export const named = (name: string) => ({ namespace: 'default', name });

export const statefulPlane = (): Promise<TestPlane> => testPlane({ controllers: ['statefulset'] });

export const web = (plane: TestPlane): Promise<StatefulSet> =>
  plane.client.get(appsStatefulSets, WEB);

export const pods = (plane: TestPlane): Promise<readonly Pod[]> => plane.list(corePods, 'default');

export const claims = (plane: TestPlane): Promise<readonly PersistentVolumeClaim[]> =>
  plane.list(corePersistentVolumeClaims, 'default');

export const imageOf = ({ spec }: Pod): string | undefined => spec?.containers[0]?.image;

/** Its Pods are bound to a node, so that they take their time to end. */
export async function createWeb(
  plane: TestPlane,
  spec: Partial<StatefulSetSpec> & { replicas?: number },
): Promise<void> {
  const pod: Partial<PodSpec> = { nodeName: 'node-1' };
  await plane.client.create(appsStatefulSets, newStatefulSet('web', { pod, ...spec }));
}

export async function patchSpec(plane: TestPlane, spec: object): Promise<void> {
  await plane.client.patch(appsStatefulSets, WEB, { type: 'merge', patch: { spec } });
}

export async function setImage(plane: TestPlane, image: string): Promise<void> {
  const containers = [{ name: 'web', image }];
  await patchSpec(plane, { template: { spec: { containers } } });
}

/** As many Pods as that, all of them available. */
export const settledAt =
  (count: number) =>
  ({ status, metadata }: StatefulSet): void => {
    expect(status).toMatchObject({
      replicas: count,
      availableReplicas: count,
      observedGeneration: metadata.generation,
    });
    expect(status?.readyReplicas ?? 0).toBe(count);
  };

/** As many Pods as that, all of them available and of the present template. */
export const rolledOut =
  (count: number) =>
  (set: StatefulSet): void => {
    settledAt(count)(set);
    expect(set.status?.updatedReplicas).toBe(count);
    expect(set.status?.currentRevision).toBe(set.status?.updateRevision);
  };
