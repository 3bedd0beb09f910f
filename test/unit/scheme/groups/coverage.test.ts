/** Nothing is served that is only known by its structure, and what is filled in is itself sound. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cloneJson } from '../../../../src/lib/deep-equal.ts';
import { decodeObject, validateStructure } from '../../../../src/scheme/decode.ts';
import { formatFieldError } from '../../../../src/scheme/field-error.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import { validateObjectMeta } from '../../../../src/scheme/metadata-validation.ts';
import { type ApiObject, toApiVersion } from '../../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../../src/scheme/resource.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';
import { arbitraryObject } from '../../../support/arbitrary-object.ts';
import { exampleOf } from '../../../support/kind-examples.ts';
import { testSeed } from '../../../support/test-seed.ts';
import { CREATED, rowOf } from './harness.ts';

const RUNS_PER_KIND = 10;
const seed = testSeed();
const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig: 'api/all=true' });

/** Kinds without rules of their own, and why they need none. */
const WITHOUT_RULES: Readonly<Record<string, string>> = {
  '/Binding': 'an action: the subresource judges it',
  '/ComponentStatus': 'read only',
  '/ServiceAccount': 'Kubernetes judges its metadata alone',
  'admissionregistration.k8s.io/': 'judged where policies and webhooks are compiled',
  'apiextensions.k8s.io/': 'judged where their schemas are compiled',
  'authentication.k8s.io/': 'a question: the review judges it',
  'authorization.k8s.io/': 'a question: the review judges it',
  'events.k8s.io/Event': 'stored and judged as a core Event',
  'internal.apiserver.k8s.io/StorageVersion': 'written by servers alone',
  'metrics.k8s.io/': 'worked out when it is asked, and never written',
};

const known = scheme
  .definitions()
  .map((definition): [string, ResourceDefinition] => [
    `${definition.group}/${definition.version} ${definition.kind}`,
    definition,
  ]);

const excuseOf = ({ group, kind }: ResourceDefinition): string | undefined =>
  WITHOUT_RULES[`${group}/${kind}`] ?? WITHOUT_RULES[`${group}/`];

test.each(known)('%s has rules, or a reason to have none', (_name, definition) => {
  const { validate } = scheme.strategy(scheme.storageOf(definition));
  expect(validate === undefined ? excuseOf(definition) : 'has rules').toBeDefined();
});

test('no kind is excused that has rules', () => {
  const excused = known
    .map(([, definition]) => definition)
    .filter((definition) => excuseOf(definition) && scheme.storageOf(definition) === definition);
  const needless = excused.filter((definition) => {
    const { group } = definition;
    return WITHOUT_RULES[`${group}/`] === undefined && scheme.strategy(definition).validate;
  });
  expect(needless.map(({ kind }) => kind)).toEqual([]);
});

describe('every kind', () => {
  const withDefaults = known.filter(([, definition]) => scheme.strategy(definition).applyDefaults);

  test.each(withDefaults)('%s is filled in once and for all', (_name, definition) => {
    const strategy = scheme.strategy(definition);
    const property = fc.property(arbitraryObject(scheme, definition), (input) => {
      const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
      strategy.applyDefaults?.(object);
      const once = cloneJson(object);
      strategy.applyDefaults?.(object);
      expect(object).toEqual(once);
    });
    fc.assert(property, { seed, numRuns: RUNS_PER_KIND });
  });

  test.each(withDefaults)('%s is filled in with nothing that is refused', (_name, definition) => {
    const strategy = scheme.strategy(definition);
    const property = fc.property(arbitraryObject(scheme, definition), (input) => {
      const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
      const before = unsupportedOf(definition, object);
      strategy.applyDefaults?.(object);
      expect(unsupportedOf(definition, object)).toEqual(before);
    });
    fc.assert(property, { seed, numRuns: RUNS_PER_KIND });
  });

  const stored = known.filter(
    ([, definition]) =>
      scheme.storageOf(definition) === definition &&
      scheme.strategy(definition).validate &&
      !excuseOf(definition),
  );

  test.each(stored)('%s has an example, which is sound with its defaults', (_name, definition) => {
    const object = placedExample(definition);
    const strategy = scheme.strategy(definition);
    const decoded = decodeObject(scheme, definition, object, { fieldValidation: 'Strict' });
    strategy.applyDefaults?.(decoded.object);
    const once = cloneJson(decoded.object);
    strategy.applyDefaults?.(decoded.object);
    expect(decoded.object).toEqual(once);
    const rules = { namespaced: definition.namespaced, nameRule: strategy.nameRule };
    strategy.prepareForCreate?.(once);
    const errors = [
      ...validateObjectMeta(rules, once),
      ...validateStructure(scheme, definition, once),
      ...(strategy.validate?.(once) ?? []),
      ...(strategy.validateCreate?.(once) ?? []),
    ];
    expect(errors.map(formatFieldError)).toEqual([]);
  });

  test.each(stored)('%s is shown in a row without a gap', (_name, definition) => {
    const { object } = decodeObject(scheme, definition, placedExample(definition), {
      fieldValidation: 'Strict',
    });
    const strategy = scheme.strategy(definition);
    strategy.applyDefaults?.(object);
    for (const cell of Object.values(rowOf(strategy, object))) {
      expect(cell).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });

  test.each(stored)('%s that does not change has nothing that may not', (_name, definition) => {
    const strategy = scheme.strategy(definition);
    const property = fc.property(arbitraryObject(scheme, definition), (input) => {
      const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
      object.metadata = { ...object.metadata, name: 'a', uid: 'u' };
      strategy.applyDefaults?.(object);
      if (validateStructure(scheme, definition, object).length > 0) return;
      strategy.prepareForCreate?.(object);
      const next = cloneJson(object);
      strategy.prepareForUpdate?.(next, object);
      expect(strategy.validateUpdate?.(next, object) ?? []).toEqual([]);
    });
    fc.assert(property, { seed, numRuns: RUNS_PER_KIND });
  });
});

function placedExample({ group, version, kind, namespaced }: ResourceDefinition): ApiObject {
  const example = exampleOf(toApiVersion(group, version), kind);
  example.metadata.creationTimestamp = CREATED;
  if (namespaced) example.metadata.namespace = 'default';
  return example;
}

/** The paths of the words that are in no closed set. */
function unsupportedOf(definition: ResourceDefinition, object: ApiObject): string[] {
  return validateStructure(scheme, definition, object)
    .filter(({ type }) => type === 'FieldValueNotSupported')
    .map(({ field }) => field);
}
