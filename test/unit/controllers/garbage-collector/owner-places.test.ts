import { describe, expect, test } from '@jest/globals';
import {
  type OwnerPlace,
  placeOfOwner,
  stateOfOwner,
} from '../../../../src/controllers/garbage-collector/owner-places.ts';
import type { OwnerState } from '../../../../src/controllers/garbage-collector/plan.ts';
import type { ApiObject, ObjectMeta } from '../../../../src/scheme/object.ts';

const object = (metadata: ObjectMeta): ApiObject => ({ apiVersion: 'v1', kind: 'Any', metadata });

const IN_NAMESPACES = { namespaced: true };
const OF_CLUSTER = { namespaced: false };

describe('an owner', () => {
  test.each<[string, { namespaced: boolean } | undefined, string | undefined, OwnerPlace]>([
    [
      'of an object in a namespace is in that namespace',
      IN_NAMESPACES,
      'red',
      { type: 'namespace', namespace: 'red' },
    ],
    [
      'may be of the cluster, whatever it owns',
      OF_CLUSTER,
      'red',
      { type: 'namespace', namespace: '' },
    ],
    [
      'of an object of the cluster is of the cluster',
      OF_CLUSTER,
      undefined,
      { type: 'namespace', namespace: '' },
    ],
    [
      'in a namespace cannot own an object of the cluster',
      IN_NAMESPACES,
      undefined,
      { type: 'forbidden' },
    ],
    ['of a kind that is not served may come back', undefined, 'red', { type: 'unserved' }],
    [
      'of a kind that is not served may come back to an object of the cluster',
      undefined,
      undefined,
      { type: 'unserved' },
    ],
  ])('%s', (_title, resource, namespace, place) => {
    expect(placeOfOwner(resource, object(namespace ? { namespace } : {}))).toEqual(place);
  });
});

describe('what has the name of an owner', () => {
  const GOING = { deletionTimestamp: '2026-01-01T00:00:00Z' };

  test.each<[string, ObjectMeta | undefined, OwnerState]>([
    ['is nothing', undefined, 'absent'],
    ['is another object', { uid: 'other' }, 'absent'],
    ['is it', { uid: 'u' }, 'solid'],
    ['is it, and it goes without waiting', { uid: 'u', ...GOING }, 'solid'],
    [
      'is it, and it waits for its dependents',
      { uid: 'u', ...GOING, finalizers: ['foregroundDeletion'] },
      'waiting',
    ],
    [
      'is it, and it lets its dependents go',
      { uid: 'u', ...GOING, finalizers: ['orphan'] },
      'solid',
    ],
    ['is it, and will wait some day', { uid: 'u', finalizers: ['foregroundDeletion'] }, 'solid'],
  ])('%s', (_title, metadata, state) => {
    expect(stateOfOwner(metadata && object(metadata), 'u')).toBe(state);
  });
});
