import { expect, test } from '@jest/globals';
import type { Lease } from '../../../../../src/scheme/generated/types/coordination-v1.ts';
import { leaseStrategy } from '../../../../../src/scheme/groups/coordination/lease.ts';
import { CREATED, errorsOnCreate, rowOf, withMembers } from '../harness.ts';

const NODE: Lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'node-1', namespace: 'kube-node-lease', creationTimestamp: CREATED },
  spec: { holderIdentity: 'node-1', leaseDurationSeconds: 40 },
};

test('a lease is valid with and without a spec', () => {
  expect(errorsOnCreate(leaseStrategy, NODE)).toEqual([]);
  expect(errorsOnCreate(leaseStrategy, withMembers(NODE, { spec: undefined }))).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'of no time',
    { 'spec.leaseDurationSeconds': 0 },
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  ],
  [
    'of negative transitions',
    { 'spec.leaseTransitions': -1 },
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'of an unknown strategy',
    { 'spec.strategy': 'Newest' },
    'spec.strategy: Unsupported value: "Newest": supported values: "OldestEmulationVersion"',
  ],
  [
    'that prefers a holder without a strategy',
    { 'spec.preferredHolder': 'a' },
    'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
  ],
])('a lease %s is refused', (_, members, message) => {
  expect(errorsOnCreate(leaseStrategy, withMembers(NODE, members))).toEqual([message]);
});

test('a lease is shown with its holder', () => {
  expect(rowOf(leaseStrategy, NODE)).toEqual({ Name: 'node-1', Holder: 'node-1', Age: '10m' });
});
