import { describe, expect, test } from '@jest/globals';
import { toTypes } from '../../../../src/scheme/custom-resources/to-types.ts';
import type { JSONSchemaProps } from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import { applyUnowned } from '../../../../src/scheme/managed-fields/apply-unowned.ts';
import {
  compileStructure,
  type Structure,
} from '../../../../src/scheme/managed-fields/structure.ts';
import { type Body, DEPLOYMENT_STRUCTURE } from '../../../support/managed-fields.ts';

const REFUSED =
  'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ';

function expectApplied(structure: Structure, object: Body, change: Body, result: Body): void {
  const before = structuredClone(object);
  expect(applyUnowned(object, change, structure)).toEqual(result);
  expect(object).toEqual(before);
}

function expectRefused(structure: Structure, change: Body, places: string): void {
  expect(() => applyUnowned({}, change, structure)).toThrow(`${REFUSED}${places}`);
}

const pod = (spec: Body): Body => ({ spec: { template: { spec } } });

describe('a configuration that nobody owns', () => {
  test.each<[title: string, object: Body, change: Body, result: Body]>([
    ['sets what is missing', {}, { spec: { replicas: 3 } }, { spec: { replicas: 3 } }],
    [
      'wins over what is there',
      { spec: { replicas: 1 } },
      { spec: { replicas: 3 } },
      { spec: { replicas: 3 } },
    ],
    [
      'leaves what it does not name',
      { spec: { replicas: 1, paused: true } },
      { spec: { replicas: 3 } },
      { spec: { replicas: 3, paused: true } },
    ],
    [
      'joins maps',
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { b: '3', c: '4' } } },
      { metadata: { labels: { a: '1', b: '3', c: '4' } } },
    ],
    [
      'joins lists by their keys',
      pod({ containers: [{ name: 'a', image: 'x' }, { name: 'b' }] }),
      pod({ containers: [{ name: 'a', tty: true }, { name: 'c' }] }),
      pod({ containers: [{ name: 'a', image: 'x', tty: true }, { name: 'b' }, { name: 'c' }] }),
    ],
    [
      'joins lists by several keys, with their defaults',
      pod({ containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'TCP' }] }] }),
      pod({ containers: [{ name: 'a', ports: [{ containerPort: 80, name: 'http' }] }] }),
      pod({
        containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }],
      }),
    ],
    [
      'joins sets',
      { metadata: { finalizers: ['a/x', 'b/y'] } },
      { metadata: { finalizers: ['b/y', 'c/z'] } },
      { metadata: { finalizers: ['a/x', 'b/y', 'c/z'] } },
    ],
    [
      'removes nothing by an empty list',
      pod({ containers: [{ name: 'a' }] }),
      pod({ containers: [] }),
      pod({ containers: [{ name: 'a' }] }),
    ],
  ])('%s', (_, object, change, result) => {
    expectApplied(DEPLOYMENT_STRUCTURE, object, change, result);
  });

  test.each<[title: string, change: Body, places: string]>([
    ['a list', pod({ tolerations: [] }), '.spec.template.spec.tolerations'],
    ['a map', pod({ nodeSelector: { a: 'b' } }), '.spec.template.spec.nodeSelector'],
    ['a struct', { spec: { selector: { matchLabels: { a: 'b' } } } }, '.spec.selector'],
    [
      'what is in an element of a list',
      pod({ containers: [{ name: 'a' }, { name: 'b', args: ['x'] }] }),
      '.spec.template.spec.containers[1].args',
    ],
    [
      'several',
      pod({ nodeSelector: { a: 'b' }, containers: [{ name: 'a', command: ['x'] }] }),
      '.spec.template.spec.nodeSelector, .spec.template.spec.containers[0].command',
    ],
  ])('cannot replace what is atomic: %s', (_, change, places) => {
    expectRefused(DEPLOYMENT_STRUCTURE, change, places);
  });
});

const text: JSONSchemaProps = { type: 'string' };
const part: JSONSchemaProps = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    zone: text,
    size: { type: 'integer' },
    tags: { type: 'array', items: text },
  },
};
const schema: JSONSchemaProps = {
  type: 'object',
  properties: {
    parts: {
      type: 'array',
      items: part,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'zone'],
    },
    names: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    steps: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' },
    plain: { type: 'array', items: part },
    limits: { type: 'object', additionalProperties: text },
    whole: { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
    ref: { type: 'object', properties: { name: text }, 'x-kubernetes-map-type': 'atomic' },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    port: { 'x-kubernetes-int-or-string': true },
  },
};
const types = new Map(toTypes('Widget', schema).map((type) => [type.name, type]));
const WIDGET = compileStructure((name) => types.get(name), 'Widget');

describe('a configuration of a custom resource that nobody owns', () => {
  test.each<[title: string, object: Body, change: Body, result: Body]>([
    [
      'joins lists that are maps by their keys',
      {
        parts: [
          { name: 'a', zone: '1', size: 1 },
          { name: 'a', zone: '2' },
        ],
      },
      { parts: [{ name: 'a', zone: '2', size: 5 }, { name: 'b' }] },
      {
        parts: [
          { name: 'a', zone: '1', size: 1 },
          { name: 'a', zone: '2', size: 5 },
          { name: 'b' },
        ],
      },
    ],
    ['joins sets', { names: ['x', 'y'] }, { names: ['y', 'z'] }, { names: ['x', 'y', 'z'] }],
    ['joins maps', { limits: { a: '1' } }, { limits: { b: '2' } }, { limits: { a: '1', b: '2' } }],
    [
      'joins unknown fields by name',
      { any: { a: { b: 1 } } },
      { any: { a: { c: 2 } } },
      { any: { a: { b: 1, c: 2 } } },
    ],
    ['sets ints or texts', { port: 80 }, { port: 'http' }, { port: 'http' }],
  ])('%s', (_, object, change, result) => {
    expectApplied(WIDGET, object, change, result);
  });

  test.each<[title: string, change: Body, places: string]>([
    ['a list that is said to be', { steps: ['x'] }, '.steps'],
    ['a list of which nothing is said', { plain: [{ name: 'a' }] }, '.plain'],
    ['a list in a list that is a map', { parts: [{ name: 'a', tags: ['x'] }] }, '.parts[0].tags'],
    ['a map that is said to be', { whole: { a: 'b' } }, '.whole'],
    ['a struct that is said to be', { ref: { name: 'a' } }, '.ref'],
    ['a list among unknown fields', { any: { a: [1] } }, '.any.a'],
  ])('cannot replace what is atomic: %s', (_, change, places) => {
    expectRefused(WIDGET, change, places);
  });
});
