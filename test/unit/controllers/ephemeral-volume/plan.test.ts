import { expect, test } from '@jest/globals';
import {
  ephemeralClaims,
  hasEphemeralVolumes,
} from '../../../../src/controllers/ephemeral-volume/plan.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { foreignClaimReason } from '../../../../src/scheme/storage/pod-claims.ts';
import { newClaim } from '../../../support/storage.ts';

const { spec } = newClaim('template');
const ephemeral = {
  volumeClaimTemplate: {
    metadata: { labels: { app: 'web' }, annotations: { team: 'a' } },
    spec: spec as NonNullable<typeof spec>,
  },
};

const pod = (parts: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'uid-web', ...parts },
  spec: {
    containers: [],
    volumes: [
      { name: 'scratch', ephemeral },
      { name: 'cache', emptyDir: {} },
    ],
  },
});

test('a volume of a Pod that is made with it has a claim of the Pod, as its template says', () => {
  expect(ephemeralClaims(pod())).toEqual([
    {
      volumeName: 'scratch',
      claim: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: 'web-scratch',
          namespace: 'default',
          labels: { app: 'web' },
          annotations: { team: 'a' },
          ownerReferences: [
            {
              apiVersion: 'v1',
              kind: 'Pod',
              name: 'web',
              uid: 'uid-web',
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec,
      },
    },
  ]);
});

test('a Pod that is being deleted gets no claim, and one without such volumes has none', () => {
  expect(ephemeralClaims(pod({ deletionTimestamp: '2026-01-01T00:00:00Z' }))).toEqual([]);
  const plain = { ...pod(), spec: { containers: [] } };
  expect(ephemeralClaims(plain)).toEqual([]);
  expect([hasEphemeralVolumes(plain), hasEphemeralVolumes(pod())]).toEqual([false, true]);
});

test('a claim of the name that is not the Pod’s is said to be foreign', () => {
  const [own] = ephemeralClaims(pod());
  expect(own && foreignClaimReason(pod(), own.claim)).toBeUndefined();
  const reason = 'PVC default/web-scratch was not created for pod default/web (pod is not owner)';
  expect(foreignClaimReason(pod(), newClaim('web-scratch'))).toBe(reason);
  expect(own && foreignClaimReason(pod({ uid: 'another' }), own.claim)).toBe(reason);
});
