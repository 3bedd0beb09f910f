import { describe, expect, it } from '@jest/globals';
import type { CelSchema } from '../../../../src/scheme/cel/cel-schema.ts';
import { celTypeOfSchema } from '../../../../src/scheme/cel/schema-types.ts';
import { INT, objectOf } from '../../../../src/scheme/cel/types.ts';
import { compileErrorOf, evaluateCel } from '../../../support/cel.ts';

const schema: CelSchema = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    ratio: { type: 'number' },
    since: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    timeout: { type: 'string', format: 'duration' },
    blob: { type: 'string', format: 'byte' },
    port: { 'x-kubernetes-int-or-string': true },
    open: { 'x-kubernetes-preserve-unknown-fields': true },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    'dash-ed': { type: 'string' },
    'dot.ted': { type: 'string' },
    namespace: { type: 'string' },
    in: { type: 'string' },
    rules: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' }, n: { type: 'integer' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    names: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  },
};

const self = {
  metadata: { name: 'web', labels: {} },
  replicas: 3,
  ratio: 2,
  since: '2024-01-01T00:00:00Z',
  day: '2024-01-01',
  timeout: '90s',
  blob: 'aGVsbG8=',
  port: 'http',
  open: { any: [1] },
  labels: { app: 'web' },
  'dash-ed': 'd',
  'dot.ted': 't',
  namespace: 'ns',
  in: 'i',
  rules: [
    { name: 'a', n: 1 },
    { name: 'b', n: 2 },
  ],
  names: ['x', 'y'],
};

const context = {
  variables: {
    self: celTypeOfSchema(schema, 'object', true),
    point: objectOf('Point', { x: INT }),
  },
  bindings: { self, point: { x: 1 } },
};

const TRUE: readonly string[] = [
  'self.replicas == 3 && self.ratio == 2.0 && type(self.ratio) == double',
  'self.since == self.day && self.since.getFullYear() == 2024',
  'self.timeout == duration("1m30s")',
  'self.blob == b"hello"',
  'self.port == "http" && type(self.port) == string',
  'self.open.any[0] == 1',
  'self.labels["app"] == "web" && self.labels.app == "web"',
  'self.dash__dash__ed == "d" || true',
  'self.`dash-ed` == "d" && self.`dot.ted` == "t"',
  'self.dot__dot__ted == "t" && self.dash__dash__ed == "d"',
  'self.namespace == "ns" && self.__namespace__ == "ns" && self.__in__ == "i"',
  'self.metadata.name == "web" && !has(self.metadata.generateName)',
  'self.names == ["y", "x"] || !(self.names == ["y", "x", "x"])',
  'self.names + ["y", "z"] == ["z", "y", "x"]',
  '(self.rules + self.rules.filter(r, r.name == "b")).size() == 2',
  'point.x == 1',
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['self.replica', "undefined field 'replica'"],
  ['has(self.replica)', "undefined field 'replica'"],
  ['self.rules[0].nme', "undefined field 'nme'"],
  ['self.rules.all(r, r.nme == "")', "undefined field 'nme'"],
  ['self.metadata.labels', "undefined field 'labels'"],
  ['self.replicas == "3"', "found no matching overload for '_==_' applied to '(int, string)'"],
  [
    'self.since == "2024"',
    "found no matching overload for '_==_' applied to '(timestamp, string)'",
  ],
  ['self.labels == {"a": 1}', 'found no matching overload'],
  ['point.y', "undefined field 'y'"],
];

describe('types from schemas', () => {
  it.each(TRUE)('holds: %s', (expression) => {
    expect(evaluateCel(expression, context)).toBe(true);
  });

  it.each(REFUSED)('%s does not compile: %s', (expression, message) => {
    expect(compileErrorOf(expression, context)).toContain(message);
  });

  it('says where a compile error is', () => {
    const compiled = () => evaluateCel('self.replicas > 1 &&\n  self.nope == 2', context);
    expect(compiled).toThrow(
      "compilation failed: ERROR: <input>:2:7: undefined field 'nope'\n |   self.nope == 2\n | ......^",
    );
  });
});
