import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  EMPTY_SET,
  type FieldSet,
  setOf,
} from '../../../../src/scheme/managed-fields/field-set.ts';
import {
  fieldSetText,
  parseFieldSet,
} from '../../../../src/scheme/managed-fields/field-set-text.ts';
import { fromFieldsV1, toFieldsV1 } from '../../../../src/scheme/managed-fields/fields-v1.ts';
import { fieldElement, valueElement } from '../../../../src/scheme/managed-fields/path-element.ts';

const element = fc.oneof(
  fc.string().map(fieldElement),
  fc.constantFrom('a', 'b', '.', '', 'app.kubernetes.io/name').map(fieldElement),
  fc.oneof(fc.string(), fc.integer(), fc.boolean()).map(valueElement),
  fc.nat().map((index) => `i:${index}`),
  fc
    .dictionary(fc.string(), fc.oneof(fc.string(), fc.integer()), { minKeys: 1, maxKeys: 2 })
    .map(
      (keys) =>
        `k:${JSON.stringify(Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))))}`,
    ),
);
const fieldSet = fc
  .array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
  .map(setOf);

/** Two sets are equal when they show the same. */
const shown = (set: FieldSet): string => JSON.stringify(toFieldsV1(set));

describe('a field set', () => {
  test('comes back from its text as it was', () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        expect(shown(parseFieldSet(fieldSetText(set)))).toBe(shown(set));
      }),
    );
  });

  test('comes back from FieldsV1 as it was', () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        const json: unknown = JSON.parse(shown(set));
        expect(shown(fromFieldsV1(json))).toBe(shown(set));
      }),
    );
  });

  test('has a text that JSON leaves as it is', () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        const text = fieldSetText(set);
        expect(JSON.stringify(text)).toBe(`"${text}"`);
      }),
    );
  });

  test('that is equal to another shares its text', () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        const other = fromFieldsV1(JSON.parse(shown(set)));
        expect(fieldSetText(other)).toBe(fieldSetText(set));
        expect(parseFieldSet(fieldSetText(other))).toBe(parseFieldSet(fieldSetText(set)));
      }),
    );
  });

  test('keeps to the laws of sets', () => {
    fc.assert(
      fc.property(fieldSet, fieldSet, (a, b) => {
        expect(shown(a.union(b))).toBe(shown(b.union(a)));
        expect(shown(a.intersection(b))).toBe(shown(b.intersection(a)));
        expect(shown(a.difference(b).union(a.intersection(b)))).toBe(shown(a));
        expect(a.difference(b).overlaps(b)).toBe(false);
        expect(a.union(b).includes(a) && a.union(b).includes(b)).toBe(true);
        expect(a.intersection(b).isEmpty).toBe(!a.overlaps(b));
      }),
    );
  });

  test('is itself when nothing changes', () => {
    fc.assert(
      fc.property(fieldSet, (set) => {
        expect(set.union(set)).toBe(set);
        expect(set.union(EMPTY_SET)).toBe(set);
        expect(set.difference(EMPTY_SET)).toBe(set);
      }),
    );
  });
});

describe('paths are written as Kubernetes writes them', () => {
  test.each([
    [['f:spec', 'f:replicas'], '.spec.replicas'],
    [
      ['f:spec', 'f:containers', 'k:{"name":"nginx"}', 'f:image'],
      '.spec.containers[name="nginx"].image',
    ],
    [
      ['f:ports', 'k:{"containerPort":80,"protocol":"TCP"}'],
      '.ports[containerPort=80,protocol="TCP"]',
    ],
    [['f:metadata', 'f:finalizers', 'v:"a/b"'], '.metadata.finalizers[="a/b"]'],
    [['f:list', 'i:3'], '.list[3]'],
    [
      ['f:metadata', 'f:labels', 'f:app.kubernetes.io/name'],
      '.metadata.labels.app.kubernetes.io/name',
    ],
  ])('%j', (path, text) => {
    expect(setOf([path]).paths()).toEqual([text]);
  });
});

describe('texts that are no sets are refused', () => {
  test.each(['a(', 'a)', 'a(b', ',', 'a,', 'a()', '[k', 'a(b))', '(a)', 'a(b)c'])('%j', (text) => {
    expect(() => parseFieldSet(text)).toThrow('is no set of fields');
  });
});

describe('FieldsV1 that are none are refused', () => {
  test.each<[unknown, string]>([
    [null, 'expected an object'],
    [[], 'expected an object'],
    ['f:a', 'expected an object'],
    [{ a: {} }, '"a" is no path element'],
    [{ 'x:a': {} }, '"x:a" is no path element'],
    [{ 'k:[1]': {} }, '"k:[1]" is no path element'],
    [{ 'k:{': {} }, '"k:{" is no path element'],
    [{ 'v:nonsense': {} }, '"v:nonsense" is no path element'],
    [{ 'i:-1': {} }, '"i:-1" is no path element'],
    [{ 'f:a': 1 }, 'expected an object'],
  ])('%j', (fields, message) => {
    expect(() => fromFieldsV1(fields)).toThrow(message);
  });

  test('nested without end', () => {
    let fields: object = {};
    for (let depth = 0; depth < 300; depth++) fields = { 'f:a': fields };
    expect(() => fromFieldsV1(fields)).toThrow('nested too deeply');
  });

  test('keys in another order are the same key', () => {
    const set = fromFieldsV1({ 'k:{"b":1,"a":"x"}': {} });
    expect(toFieldsV1(set)).toEqual({ 'k:{"a":"x","b":1}': {} });
  });
});
