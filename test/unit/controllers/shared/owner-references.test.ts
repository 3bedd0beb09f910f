import { describe, expect, test } from '@jest/globals';
import {
  controllerReference,
  ownersPatch,
  withOwner,
  withoutOwners,
} from '../../../../src/controllers/shared/owner-references.ts';
import type { ApiObject, ObjectMeta } from '../../../../src/scheme/object.ts';
import { storedReplicaSet } from '../../../support/workloads.ts';

const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'Any', name: uid, uid });
const object = (metadata: ObjectMeta = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'x', uid: 'u', resourceVersion: '7', ...metadata },
});
const [A, B] = [owner('a'), owner('b')];

test('a controller is named by its version, kind, name and uid, and waited for', () => {
  const { metadata } = storedReplicaSet({ name: 'web' });
  expect(controllerReference(storedReplicaSet({ name: 'web', metadata }))).toEqual({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'web',
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  });
});

describe('owners', () => {
  test.each([
    ['the first', undefined, [A]],
    ['one more', [B], [B, A]],
  ])('come as %s', (_title, ownerReferences, expected) => {
    const before = object(ownerReferences ? { ownerReferences } : {});
    expect(withOwner(before, A).metadata.ownerReferences).toEqual(expected);
    expect(before.metadata.ownerReferences).toEqual(ownerReferences);
  });

  test.each([
    ['one of two', [A, B], ['a'], [B]],
    ['several at once', [A, B], ['a', 'b'], []],
    ['none that is not there', [A], ['b'], [A]],
    ['none of an object without', undefined, ['a'], undefined],
  ])('go: %s', (_title, ownerReferences, uids, expected) => {
    const before = object(ownerReferences ? { ownerReferences } : {});
    expect(withoutOwners(before, new Set(uids)).metadata.ownerReferences).toEqual(expected);
  });
});

describe('the patch that changes owners', () => {
  const finalizers = ['f'];

  test.each<[title: string, before: ObjectMeta, after: ObjectMeta, patch: object]>([
    ['names the owners', {}, { ownerReferences: [A] }, { ownerReferences: [A] }],
    ['takes all of them', { ownerReferences: [A] }, {}, { ownerReferences: [] }],
    ['leaves finalizers alone that stay', { finalizers }, { finalizers }, { ownerReferences: [] }],
    ['adds a finalizer', {}, { finalizers }, { ownerReferences: [], finalizers }],
    ['takes a finalizer', { finalizers }, {}, { ownerReferences: [], finalizers: [] }],
  ])('%s, and fails when the object has changed meanwhile', (_title, before, after, patch) => {
    expect(ownersPatch(object(before), object(after))).toEqual({
      type: 'merge',
      patch: { metadata: { uid: 'u', resourceVersion: '7', ...patch } },
    });
  });
});
