import { describe, expect, test } from '@jest/globals';
import { formatFieldError } from '../../../src/scheme/field-error.ts';
import {
  type MetadataRules,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../../src/scheme/metadata-validation.ts';
import type { ObjectMeta } from '../../../src/scheme/object.ts';

const NAMESPACED: MetadataRules = { namespaced: true };
const SOUND: ObjectMeta = { name: 'web', namespace: 'default' };

const errorsOf = (metadata: ObjectMeta, rules = NAMESPACED): string[] =>
  validateObjectMeta(rules, { metadata }).map(formatFieldError);

const updateErrorsOf = (next: ObjectMeta, current: ObjectMeta): string[] =>
  validateObjectMetaUpdate({ metadata: next }, { metadata: current }).map(formatFieldError);

describe('metadata of a new object', () => {
  test('is fine with a name, labels, annotations, owners and finalizers', () => {
    const metadata: ObjectMeta = {
      ...SOUND,
      generation: 1,
      labels: { app: 'web', 'example.com/tier': '' },
      annotations: { 'Example.com/Note': 'any text at all' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: '1', controller: true },
      ],
      finalizers: ['foregroundDeletion', 'example.com/hold'],
      managedFields: [{ manager: 'me', operation: 'Update', fieldsType: 'FieldsV1' }],
    };
    expect(errorsOf(metadata)).toEqual([]);
  });

  test('with an owner of which everything is missing is left to the structural check', () => {
    const owner = {} as NonNullable<ObjectMeta['ownerReferences']>[number];
    expect(errorsOf({ ...SOUND, ownerReferences: [owner] })).toEqual([]);
  });

  test('of a cluster-scoped kind has no namespace', () => {
    expect(errorsOf({ name: 'a' }, { namespaced: false })).toEqual([]);
    expect(errorsOf(SOUND, { namespaced: false })).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });

  test.each<[string, ObjectMeta, string]>([
    [
      'needs a name',
      { namespace: 'default' },
      'metadata.name: Required value: name or generateName is required',
    ],
    ['needs a namespace', { name: 'web' }, 'metadata.namespace: Required value'],
    [
      'has a name of its rule',
      { ...SOUND, name: 'Web' },
      'metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain',
    ],
    [
      'has a prefix of its rule',
      { ...SOUND, generateName: 'Web-' },
      'metadata.generateName: Invalid value: "Web-"',
    ],
    [
      'is in a namespace that can be',
      { ...SOUND, namespace: 'a.b' },
      'metadata.namespace: Invalid value: "a.b": must not contain dots',
    ],
    [
      'has no negative generation',
      { ...SOUND, generation: -1 },
      'metadata.generation: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'has label keys that can be',
      { ...SOUND, labels: { 'a b': '' } },
      'metadata.labels: Invalid value: "a b": name part must consist',
    ],
    [
      'has label values that can be',
      { ...SOUND, labels: { a: 'b c' } },
      'metadata.labels: Invalid value: "b c": a valid label must be',
    ],
    [
      'has annotation keys that can be',
      { ...SOUND, annotations: { 'a b': '' } },
      'metadata.annotations: Invalid value: "a b"',
    ],
    [
      'has annotations of bounded size',
      { ...SOUND, annotations: { a: 'x'.repeat(262_144) } },
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      'has owners with a uid',
      { ...SOUND, ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '' }] },
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ],
    [
      'is owned by no Event',
      { ...SOUND, ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: '1' }] },
      '/v1, Kind=Event is disallowed from being an owner',
    ],
    [
      'has one controller',
      {
        ...SOUND,
        ownerReferences: ['a', 'b'].map((name) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          name,
          uid: name,
          controller: true,
        })),
      },
      'Only one reference can have Controller set to true. Found "true" in references for Pod/a and Pod/b',
    ],
    [
      'has finalizers with a domain',
      { ...SOUND, finalizers: ['hold'] },
      'metadata.finalizers[0]: Invalid value: "hold": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [
      'orphans or deletes dependents',
      { ...SOUND, finalizers: ['orphan', 'foregroundDeletion'] },
      'finalizer orphan and foregroundDeletion cannot be both set',
    ],
    [
      'has managers that apply or update',
      { ...SOUND, managedFields: [{ operation: 'Create' }] },
      'metadata.managedFields[0].operation: Invalid value: "Create": must be `Apply` or `Update`',
    ],
  ])('%s', (_, metadata, message) => {
    expect(errorsOf(metadata).join('\n')).toContain(message);
  });
});

describe('metadata of a changed object', () => {
  const current: ObjectMeta = {
    ...SOUND,
    uid: '1',
    generation: 2,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: ['example.com/hold'],
  };

  test('may change its labels, annotations and finalizers', () => {
    const next = { ...current, labels: { a: 'b' }, annotations: { a: 'b' }, finalizers: [] };
    expect(updateErrorsOf(next, current)).toEqual([]);
  });

  test.each([
    ['name', 'other'],
    ['namespace', 'other'],
    ['uid', '2'],
    ['creationTimestamp', '2027-01-01T00:00:00Z'],
    ['deletionTimestamp', '2027-01-01T00:00:00Z'],
  ])('keeps its %s', (field, value) => {
    expect(updateErrorsOf({ ...current, [field]: value }, current)).toEqual([
      `metadata.${field}: Invalid value: "${value}": field is immutable`,
    ]);
  });

  test('never goes back a generation', () => {
    expect(updateErrorsOf({ ...current, generation: 1 }, current)).toEqual([
      'metadata.generation: Invalid value: 1: must not be decremented',
    ]);
  });

  test('gets no new finalizers while it is being deleted', () => {
    const deleting = { ...current, deletionTimestamp: '2026-01-02T00:00:00Z' };
    expect(updateErrorsOf({ ...deleting, finalizers: [] }, deleting)).toEqual([]);
    const more = { ...deleting, finalizers: ['example.com/hold', 'example.com/more'] };
    expect(updateErrorsOf(more, deleting)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    ]);
  });
});
