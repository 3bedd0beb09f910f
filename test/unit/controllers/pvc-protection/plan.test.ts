import { expect, test } from '@jest/globals';
import {
  claimsLetGo,
  claimsOfPod,
  usesClaim,
} from '../../../../src/controllers/pvc-protection/plan.ts';
import type { PersistentVolumeClaim, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const NAMED = { name: 'data', persistentVolumeClaim: { claimName: 'books' } };
const EPHEMERAL = { name: 'scratch', ephemeral: {} };
const volumes = [NAMED, EPHEMERAL, { name: 'tmp', emptyDir: {} }];

type Phase = NonNullable<NonNullable<Pod['status']>['phase']>;

const podWith = (
  fields: Partial<Pod['metadata']> = {},
  spec: object = {},
  phase: Phase = 'Running',
) => {
  const pod = buildPod({ spec: { nodeName: 'node-1', volumes, ...spec }, status: { phase } });
  return { ...pod, metadata: { ...pod.metadata, ...fields } };
};

const deletionTimestamp = '2026-01-01T00:00:00Z';

test.each([
  ['a running Pod', podWith(), ['books', 'web-1-scratch']],
  ['a Pod without a node', podWith({}, { nodeName: undefined }), []],
  ['a Pod without volumes', podWith({}, { volumes: undefined }), []],
  ['a Pod that has ended', podWith({}, {}, 'Succeeded'), ['books', 'web-1-scratch']],
  [
    'a Pod that is given time to end',
    podWith({ deletionTimestamp, deletionGracePeriodSeconds: 30 }),
    ['books', 'web-1-scratch'],
  ],
  [
    'a Pod that only its finalizers keep',
    podWith({ deletionTimestamp, deletionGracePeriodSeconds: 0 }),
    ['books'],
  ],
])('%s uses the claims that its volumes name', (_, pod, names) => {
  expect(claimsOfPod(pod)).toEqual(names);
});

const claimOf = (name: string, owner?: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name,
    namespace: 'default',
    ...(owner === undefined
      ? {}
      : {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'Pod', name: 'web-1', uid: owner, controller: true },
          ],
        }),
  },
});

test('a claim that has the name of an ephemeral one is used only when the Pod owns it', () => {
  const pod = podWith({ uid: 'pod-1' });
  expect(usesClaim(pod, claimOf('books'))).toBe(true);
  expect(usesClaim(pod, claimOf('web-1-scratch', 'pod-1'))).toBe(true);
  expect(usesClaim(pod, claimOf('web-1-scratch', 'pod-0'))).toBe(false);
  expect(usesClaim(pod, claimOf('web-1-scratch'))).toBe(false);
  expect(usesClaim(pod, claimOf('other'))).toBe(false);
});

test.each([
  ['the Pod is gone', undefined, ['books', 'web-1-scratch']],
  ['another Pod has its name', podWith({ uid: 'pod-2' }), ['books', 'web-1-scratch']],
  ['nothing of it matters', podWith({ uid: 'pod-1' }), []],
  [
    'its kubelet has done with it',
    podWith({ uid: 'pod-1', deletionTimestamp, deletionGracePeriodSeconds: 0 }),
    ['web-1-scratch'],
  ],
])('when %s, claims are let go: those that are no longer used', (_, pod, expected) => {
  expect(claimsLetGo(podWith({ uid: 'pod-1' }), pod)).toEqual(expected);
});
