import { describe, expect, test } from '@jest/globals';
import {
  claimStatuses,
  hasServed,
  isPodDone,
  newClaim,
  ownClaim,
  releasedClaim,
  templatedClaims,
  unprotectedClaim,
} from '../../../../src/controllers/resourceclaim/plan.ts';
import { deviceClaimNames } from '../../../../src/scheme/device-claims.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type {
  ResourceClaim,
  ResourceClaimTemplate,
} from '../../../../src/scheme/generated/types/resource-v1.ts';

const deletionTimestamp = '2026-01-01T00:00:00Z';

const pod = (parts: { metadata?: object; spec?: object; status?: object } = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'train', namespace: 'default', uid: 'uid-train', ...parts.metadata },
  spec: {
    containers: [],
    resourceClaims: [
      { name: 'gpu', resourceClaimTemplateName: 'one-gpu' },
      { name: 'shared', resourceClaimName: 'given' },
    ],
    ...parts.spec,
  },
  ...(parts.status ? { status: parts.status } : {}),
});

const template: ResourceClaimTemplate = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaimTemplate',
  metadata: { name: 'one-gpu', namespace: 'default' },
  spec: { metadata: { labels: { app: 'train' }, annotations: { team: 'a' } }, spec: {} },
};

describe('a Pod', () => {
  test('has claims made of its templates, and not once it goes or has ended', () => {
    expect(templatedClaims(pod())).toEqual([{ name: 'gpu', templateName: 'one-gpu' }]);
    expect(templatedClaims(pod({ metadata: { deletionTimestamp } }))).toEqual([]);
    expect(templatedClaims(pod({ status: { phase: 'Failed' } }))).toEqual([]);
  });

  test.each([
    ['that runs', pod({ status: { phase: 'Running' } }), false],
    ['that has ended', pod({ status: { phase: 'Succeeded' } }), true],
    [
      'that goes and is on a node',
      pod({ metadata: { deletionTimestamp }, spec: { nodeName: 'n' } }),
      false,
    ],
    ['that goes and never had a node', pod({ metadata: { deletionTimestamp } }), true],
  ])('%s is done: %#', (_, one, expected) => {
    expect(isPodDone(one)).toBe(expected);
  });

  test('is told the names of the claims that were made for it, beside what it knows', () => {
    const made = new Map([['gpu', 'train-gpu-x']]);
    const said = [{ name: 'gpu', resourceClaimName: 'train-gpu-x' }];
    const other = { name: 'other', resourceClaimName: 'o' };
    expect(claimStatuses(pod(), made)).toEqual(said);
    expect(claimStatuses(pod({ status: { resourceClaimStatuses: [other] } }), made)).toEqual([
      other,
      ...said,
    ]);
    expect(claimStatuses(pod({ status: { resourceClaimStatuses: said } }), made)).toBeUndefined();
    expect(deviceClaimNames(pod({ status: { resourceClaimStatuses: said } }))).toEqual([
      'train-gpu-x',
      'given',
    ]);
    expect(deviceClaimNames(pod())).toEqual(['given']);
  });
});

const consumer = (name: string, resource = 'pods') => ({ resource, name, uid: `uid-${name}` });
const allocation = { devices: {} };
const claim = (parts: Partial<ResourceClaim> = {}): ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: {
    name: 'c',
    namespace: 'default',
    finalizers: ['resource.kubernetes.io/delete-protection'],
  },
  spec: {},
  ...parts,
});

describe('a claim', () => {
  test('that is made for a Pod is the Pod’s, and found again by it', () => {
    const made = newClaim(pod(), template, 'gpu');
    expect(made.metadata).toEqual({
      generateName: 'train-gpu-',
      namespace: 'default',
      labels: { app: 'train' },
      annotations: { team: 'a', 'resource.kubernetes.io/pod-claim-name': 'gpu' },
      ownerReferences: [
        expect.objectContaining({ kind: 'Pod', uid: 'uid-train', controller: true }),
      ],
    });
    expect(ownClaim(pod(), [made], 'gpu')).toBe(made);
    expect(ownClaim(pod(), [made], 'other')).toBeUndefined();
    expect(ownClaim(pod({ metadata: { uid: 'another' } }), [made], 'gpu')).toBeUndefined();
    const going = { ...made, metadata: { ...made.metadata, deletionTimestamp } };
    expect(ownClaim(pod(), [going], 'gpu')).toBe(going);
  });

  const reserved = claim({ status: { allocation, reservedFor: [consumer('a'), consumer('b')] } });

  test('forgets who does not use it any more, and gives its devices back with the last of them', () => {
    expect(releasedClaim(reserved, () => true)).toBe(reserved);
    expect(releasedClaim(reserved, ({ name }) => name === 'b').status).toEqual({
      allocation,
      reservedFor: [consumer('b')],
    });
    expect(releasedClaim(reserved, () => false).status).toEqual({});
    const idle = claim({ status: { allocation } });
    expect(releasedClaim(idle, () => false)).toBe(idle);
    const forsaken = { ...idle, metadata: { ...idle.metadata, deletionTimestamp } };
    expect(releasedClaim(forsaken, () => false).status).toEqual({});
  });

  test('is held while devices are allocated for it', () => {
    const going = { ...claim(), metadata: { ...claim().metadata, deletionTimestamp } };
    expect(unprotectedClaim(reserved, claim())).toBe(reserved);
    expect(unprotectedClaim(claim(), reserved).metadata.finalizers).toEqual([]);
    expect(unprotectedClaim(going, going).metadata.finalizers).toEqual([]);
  });

  test('is held from before devices are allocated for it', () => {
    const protectedAlready = claim();
    expect(unprotectedClaim(protectedAlready, protectedAlready)).toBe(protectedAlready);
  });

  test('keeps what others than the scheduler allocated for it', () => {
    const foreign = { ...reserved, metadata: { name: 'c' } };
    expect(releasedClaim(foreign, () => false).status).toEqual({ allocation });
  });

  test('has served once its Pod is done and nobody uses it', () => {
    const made = newClaim(pod(), template, 'gpu');
    const done = pod({ status: { phase: 'Succeeded' } });
    expect(hasServed(made, done)).toBe(true);
    expect(hasServed(made, pod())).toBe(false);
    expect(hasServed(made, undefined)).toBe(false);
    expect(hasServed(claim(), done)).toBe(false);
    expect(hasServed(made, pod({ metadata: { uid: 'uid-next' } }))).toBe(true);
    const extended = { ...made, metadata: { ...made.metadata, annotations: {} } };
    expect(hasServed(extended, done)).toBe(true);
    const going = { ...made, metadata: { ...made.metadata, deletionTimestamp } };
    expect(hasServed(going, done)).toBe(false);
    const used = { ...made, status: { allocation, reservedFor: [consumer('other')] } };
    expect(hasServed(used, done)).toBe(false);
  });
});
