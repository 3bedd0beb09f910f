/** What a Pod is looked at for, how its claims are named, and how claims become its own. */
import { describe, expect, test } from '@jest/globals';
import {
  creationFailure,
  isConsumerGone,
  needsWork,
  newClaim,
  reservedClaim,
  unreservedClaims,
} from '../../../../src/controllers/resourceclaim/plan.ts';
import { notFound } from '../../../../src/scheme/errors.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../../../../src/scheme/generated/types/resource-v1.ts';

const FROM_TEMPLATE = { name: 'gpu', resourceClaimTemplateName: 'one-gpu' };
const GIVEN = { name: 'shared', resourceClaimName: 'given' };
const MADE = [{ name: 'gpu', resourceClaimName: 'made' }];

interface PodParts {
  readonly entries?: readonly object[];
  readonly nodeName?: string;
  readonly status?: object;
  readonly deletionTimestamp?: string;
}

const newPod = ({ deletionTimestamp, entries, nodeName, status }: PodParts): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'train',
    namespace: 'default',
    uid: 'uid-train',
    ...(deletionTimestamp ? { deletionTimestamp } : {}),
  },
  spec: {
    containers: [],
    resourceClaims: (entries ?? [FROM_TEMPLATE]) as never,
    ...(nodeName ? { nodeName } : {}),
  },
  status: (status ?? {}) as never,
});

const owned = (name: string, uid: string, status: object = {}): ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: {
    name,
    namespace: 'default',
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'train', uid, controller: true }],
  },
  spec: {},
  status,
});

const allocation = { devices: {} };
const consumers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    resource: 'pods',
    name: `p${index}`,
    uid: `uid-p${index}`,
  }));
const told = { resourceClaimStatuses: MADE };
const now = '2026-01-01T00:00:00Z';

const CASES: readonly [
  title: string,
  pod: Pod,
  claims: readonly ResourceClaim[],
  needs: boolean,
  unreserved: readonly string[],
][] = [
  ['without its claim needs one', newPod({}), [], true, []],
  ['whose claim is not there any more needs another', newPod({ status: told }), [], true, []],
  [
    'whose claim has become another’s needs another',
    newPod({ status: told }),
    [owned('made', 'uid-else')],
    true,
    [],
  ],
  [
    'that has its claim needs nothing',
    newPod({ status: told }),
    [owned('made', 'uid-train')],
    false,
    [],
  ],
  [
    'that turned out to need no claim needs nothing',
    newPod({ status: { resourceClaimStatuses: [{ name: 'gpu' }] } }),
    [],
    false,
    [],
  ],
  ['whose user is to make the claim needs nothing', newPod({ entries: [GIVEN] }), [], false, []],
  ['that goes needs nothing', newPod({ deletionTimestamp: now }), [], false, []],
  ['that has ended needs nothing', newPod({ status: { phase: 'Succeeded' } }), [], false, []],
  [
    'that has a node has what is allocated reserved',
    newPod({ nodeName: 'n', status: told }),
    [owned('made', 'uid-train', { allocation })],
    true,
    ['made'],
  ],
  [
    'that has a node has the claim of its user reserved, beside those of others',
    newPod({ nodeName: 'n', entries: [GIVEN] }),
    [owned('given', 'uid-else', { allocation, reservedFor: consumers(255) })],
    true,
    ['given'],
  ],
  [
    'has no more reserved than a claim has room for',
    newPod({ nodeName: 'n', entries: [GIVEN] }),
    [owned('given', 'uid-else', { allocation, reservedFor: consumers(256) })],
    false,
    [],
  ],
  [
    'has nothing reserved twice',
    newPod({ nodeName: 'n', status: told }),
    [
      owned('made', 'uid-train', {
        allocation,
        reservedFor: [{ resource: 'pods', name: 'train', uid: 'uid-train' }],
      }),
    ],
    false,
    [],
  ],
  [
    'has nothing reserved that nothing is allocated for',
    newPod({ nodeName: 'n', status: told }),
    [owned('made', 'uid-train')],
    false,
    [],
  ],
  [
    'without a node leaves that to the scheduler',
    newPod({ status: told }),
    [owned('made', 'uid-train', { allocation })],
    false,
    [],
  ],
  [
    'has no claim reserved that was made for another',
    newPod({ nodeName: 'n', status: told }),
    [owned('made', 'uid-else', { allocation })],
    true,
    [],
  ],
];

describe('a Pod', () => {
  test.each(CASES)('%s', (_, pod, claims, needs, unreserved) => {
    const find = (name: string) => claims.find(({ metadata }) => metadata.name === name);
    expect(needsWork(pod, find)).toBe(needs);
    const found = unreservedClaims(pod, find).map(({ metadata }) => metadata.name);
    expect(found).toEqual(unreserved);
  });
});

test('a claim is reserved for a Pod beside those that have it', () => {
  const claim = owned('made', 'uid-train', { allocation, reservedFor: consumers(1) });
  expect(reservedClaim(claim, newPod({})).status).toEqual({
    allocation,
    reservedFor: [...consumers(1), { resource: 'pods', name: 'train', uid: 'uid-train' }],
  });
});

const reference = { resource: 'pods', name: 'train', uid: 'uid-train' };

test.each([
  ['runs', newPod({ nodeName: 'n', status: { phase: 'Running' } }), false],
  ['waits for a node', newPod({}), false],
  ['goes and is on a node', newPod({ nodeName: 'n', deletionTimestamp: now }), false],
  ['goes and never had a node', newPod({ deletionTimestamp: now }), true],
  ['has ended', newPod({ nodeName: 'n', status: { phase: 'Failed' } }), true],
  ['is gone', undefined, true],
])('a consumer that %s is gone: %#', (_, pod, expected) => {
  expect(isConsumerGone(reference, pod)).toBe(expected);
});

test('a consumer is gone when another Pod has its name', () => {
  expect(isConsumerGone({ ...reference, uid: 'uid-last' }, newPod({}))).toBe(true);
});

test.each([
  ['train', 'gpu', 'train-gpu-'],
  ['p'.repeat(50), 'gpu', `${'p'.repeat(50)}-gpu-`],
  ['p'.repeat(60), 'c'.repeat(50), `${'p'.repeat(30)}-${'c'.repeat(25)}`],
  ['p'.repeat(253), 'gpu', `${'p'.repeat(55)}-`],
])('the claim of %s for %s is called after both', (name, entry, expected) => {
  const pod = newPod({});
  const named: Pod = { ...pod, metadata: { ...pod.metadata, name } };
  const { metadata } = newClaim(named, { metadata: {}, spec: { spec: {} } } as never, entry);
  expect(metadata.generateName).toBe(expected);
  expect(metadata.generateName?.length).toBeLessThanOrEqual(58);
});

test.each([
  [
    notFound({ group: 'resource.k8s.io', resource: 'resourceclaimtemplates', name: 'one-gpu' }),
    'PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found',
  ],
  [new Error('no room'), 'PodResourceClaim gpu: create ResourceClaim : no room'],
])('a claim that cannot be made is explained: %#', (error, message) => {
  const wanted = { name: 'gpu', templateName: 'one-gpu' };
  expect(creationFailure(wanted, error)).toEqual({
    type: 'Warning',
    reason: 'FailedResourceClaimCreation',
    message,
  });
});
