import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import { applyJsonPatch } from '../../../../src/scheme/patch/json-patch.ts';
import { isJsonObject } from '../../../../src/scheme/patch/json-value.ts';
import { applyMergePatch } from '../../../../src/scheme/patch/merge-patch.ts';
import { createThreeWayMergePatch } from '../../../../src/scheme/patch/three-way-merge.ts';
import {
  type Body,
  POD,
  patchSchemaOf,
  strategicallyPatched,
} from '../../../support/strategic-merge.ts';

/** What no later write can change by accident. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

const KEYS = fc.constantFrom('a', 'b', 'c', 'a/b', 'm~n', '', 'constructor', 'toString', '0');
const json = fc.letrec<{ value: unknown; object: Body }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom('', 'x', 'y'),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(KEYS, tie('value'), { maxKeys: 4 }),
})).object;

/** The smallest merge patch from one object to another. */
function mergeDiff(from: Body, to: Body): Body {
  const patch: Body = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    const isMerged = isJsonObject(before) && isJsonObject(value);
    patch[key] = isMerged ? mergeDiff(before, value) : value;
  }
  return patch;
}

const letters = fc.constantFrom('a', 'b', 'c', 'd');
const keyed = (key: string, rest: fc.Arbitrary<Body>, keys: fc.Arbitrary<unknown> = letters) =>
  fc.uniqueArray(
    fc.tuple(keys, rest).map(([value, more]): Body => ({ [key]: value, ...more })),
    { selector: (element) => element[key], maxLength: 4 },
  );
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Body> =>
  fc.record(fields, { requiredKeys: [] });
const texts = fc.constantFrom('x', 'y', 'z');
const container = some({
  image: texts,
  args: fc.array(texts, { maxLength: 3 }),
  env: keyed('name', some({ value: texts })),
  ports: keyed('containerPort', some({ name: texts }), fc.integer({ min: 1, max: 4 })),
  securityContext: some({ runAsUser: fc.nat(3), privileged: fc.boolean() }),
});
const volume = fc.oneof(
  fc.record({ emptyDir: some({ medium: texts }) }),
  fc.record({ hostPath: fc.record({ path: texts }) }),
);
const pod = some({
  metadata: some({
    labels: fc.dictionary(KEYS, texts),
    finalizers: fc.uniqueArray(letters),
    ownerReferences: keyed('uid', some({ name: texts })),
  }),
  spec: some({
    containers: keyed('name', container),
    volumes: keyed('name', volume),
    tolerations: fc.array(some({ key: texts, value: texts }), { maxLength: 3 }),
    nodeSelector: fc.dictionary(KEYS, texts),
    hostNetwork: fc.boolean(),
  }),
});

describe('the difference of two objects, applied to the first, gives the second', () => {
  test('as a strategic merge patch', () => {
    fc.assert(
      fc.property(pod, pod, (from, to) => {
        const states = frozen({ original: from, modified: to, current: from });
        const patch = createThreeWayMergePatch(states, patchSchemaOf(POD));
        expect(strategicallyPatched(POD, from, frozen(patch))).toEqual(to);
      }),
    );
  });

  test('as a merge patch', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const patch = mergeDiff(frozen(from), frozen(to));
        expect(applyMergePatch(from, frozen(patch))).toEqual(to);
      }),
    );
  });

  test('as a JSON patch', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const operations = jsonPatch.compare(frozen(from), frozen(to));
        expect(applyJsonPatch(from, frozen(operations))).toEqual(to);
      }),
    );
  });
});

test('the strategic difference of an object with itself is empty', () => {
  fc.assert(
    fc.property(pod, (object) => {
      const states = { original: object, modified: object, current: structuredClone(object) };
      expect(createThreeWayMergePatch(states, patchSchemaOf(POD))).toEqual({});
    }),
  );
});

test('a strategic merge patch without directives is applied twice as once', () => {
  fc.assert(
    fc.property(pod, pod, (target, patch) => {
      const once = strategicallyPatched(POD, frozen(target), frozen(patch));
      expect(strategicallyPatched(POD, frozen(once), patch)).toEqual(once);
    }),
  );
});
