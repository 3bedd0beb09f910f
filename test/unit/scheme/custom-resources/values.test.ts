import { describe, expect, test } from '@jest/globals';
import { compileSchema } from '../../../../src/scheme/custom-resources/compile-schema.ts';
import type { OpenApiSchema } from '../../../../src/scheme/custom-resources/open-api-schema.ts';
import { type FieldError, formatFieldError } from '../../../../src/scheme/field-error.ts';

function judge(schema: OpenApiSchema, value: unknown, old?: unknown): string[] {
  const errors: FieldError[] = [];
  compileSchema(schema)?.({ value, old, path: 'spec.x' }, errors);
  return errors.map(formatFieldError);
}

const wrongType = (type: string, got: string): string =>
  `spec.x: Invalid value: "${got}": spec.x in body must be of type ${type}: "${got}"`;
const wrong = (value: unknown, rule: string): string =>
  `spec.x: Invalid value: ${JSON.stringify(value)}: spec.x in body ${rule}`;

type Case = readonly [schema: OpenApiSchema, value: unknown, ...problems: string[]];

function judges(title: string, cases: readonly Case[]): void {
  test.each(cases)(`${title}: %j %j`, (schema, value, ...problems) => {
    expect(judge(schema, value)).toEqual(problems);
  });
}

const OBJECT: OpenApiSchema = { type: 'object' };
const EMBEDDED: OpenApiSchema = { type: 'object', 'x-kubernetes-embedded-resource': true };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const LIST: OpenApiSchema = { type: 'array', items: {} };
const INT_OR_STRING: OpenApiSchema = { 'x-kubernetes-int-or-string': true };
const PORTS: OpenApiSchema = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['port', 'protocol'],
  items: {
    type: 'object',
    properties: { port: { type: 'integer' }, protocol: { type: 'string' } },
  },
};

describe('the type of a value', () => {
  judges('is that of its schema', [
    [{ type: 'string' }, 'a'],
    [{ type: 'string' }, 1, wrongType('string', 'integer')],
    [{ type: 'string' }, 1.5, wrongType('string', 'number')],
    [{ type: 'string' }, true, wrongType('string', 'boolean')],
    [{ type: 'string' }, null, wrongType('string', 'null')],
    [{ type: 'string' }, [], wrongType('string', 'array')],
    [{ type: 'string' }, {}, wrongType('string', 'object')],
    [{ type: 'integer' }, 3],
    [{ type: 'integer' }, -3],
    [{ type: 'integer' }, 1.5, wrongType('integer', 'number')],
    [{ type: 'integer' }, '3', wrongType('integer', 'string')],
    [{ type: 'number' }, 3],
    [{ type: 'number' }, 1.5],
    [{ type: 'number' }, 'x', wrongType('number', 'string')],
    [{ type: 'boolean' }, false],
    [{ type: 'boolean' }, 'true', wrongType('boolean', 'string')],
    [OBJECT, {}],
    [OBJECT, [], wrongType('object', 'array')],
    [OBJECT, 'x', wrongType('object', 'string')],
    [LIST, []],
    [LIST, {}, wrongType('array', 'object')],
    [INT_OR_STRING, 80],
    [INT_OR_STRING, '80%'],
    [INT_OR_STRING, 1.5, wrongType('integer,string', 'number')],
    [INT_OR_STRING, true, wrongType('integer,string', 'boolean')],
    [{ type: 'string', nullable: true }, null],
    [{ type: 'string', nullable: true, minLength: 3, enum: ['abc'] }, null],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, { any: ['thing'] }],
  ]);
});

describe('a text', () => {
  judges('keeps its length', [
    [{ type: 'string', minLength: 2 }, 'ab'],
    [{ type: 'string', minLength: 2 }, 'a', wrong('a', 'should be at least 2 chars long')],
    [{ type: 'string', minLength: 1 }, '', wrong('', 'should be at least 1 chars long')],
    [{ type: 'string', minLength: 0 }, ''],
    [{ type: 'string', maxLength: 2 }, 'ab'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'spec.x: Too long: may not be more than 2 bytes'],
    [{ type: 'string', maxLength: 2 }, '😀😀'],
    [{ type: 'string', minLength: 3 }, '😀😀', wrong('😀😀', 'should be at least 3 chars long')],
    [{ type: 'string', maxLength: 0 }, 'a', 'spec.x: Too long: may not be more than 0 bytes'],
  ]);
  judges('matches its pattern anywhere', [
    [{ type: 'string', pattern: 'b' }, 'abc'],
    [{ type: 'string', pattern: '^b' }, 'abc', wrong('abc', "should match '^b'")],
    [{ type: 'string', pattern: '^[a-z]+$' }, 'abc'],
    [{ type: 'string', pattern: '^[a-z]+$' }, 'ab1', wrong('ab1', "should match '^[a-z]+$'")],
    [{ type: 'string', pattern: '^(a+)+$' }, 'aaaa'],
    [{ type: 'string', pattern: '\\pL+' }, 'é'],
    [{ type: 'integer', pattern: 'x' }, 3],
  ]);

  test('takes linear time to match, whatever the pattern', () => {
    const text = `${'a'.repeat(50_000)}!`;
    expect(judge({ type: 'string', pattern: '^(a+)+$' }, text)).toHaveLength(1);
  });

  judges('is of its closed set', [
    [{ type: 'string', enum: ['a', 'b'] }, 'a'],
    [
      { type: 'string', enum: ['a', 'b'] },
      'c',
      'spec.x: Unsupported value: "c": supported values: "a", "b"',
    ],
    [{ type: 'integer', enum: [1, 2] }, 2],
    [
      { type: 'integer', enum: [1, 2] },
      3,
      'spec.x: Unsupported value: 3: supported values: "1", "2"',
    ],
    [
      { type: 'boolean', enum: [true] },
      false,
      'spec.x: Unsupported value: false: supported values: "true"',
    ],
    [{ type: 'object', enum: [{ a: 1 }] }, { a: 1 }],
    [
      { type: 'object', enum: [{ a: 1 }] },
      { a: 2 },
      'spec.x: Unsupported value: {"a":2}: supported values: "{\\"a\\":1}"',
    ],
  ]);
});

describe('a number', () => {
  judges('keeps within its bounds', [
    [{ type: 'integer', minimum: 0 }, 0],
    [{ type: 'integer', minimum: 0 }, -1, wrong(-1, 'should be greater than or equal to 0')],
    [
      { type: 'integer', minimum: 0, exclusiveMinimum: true },
      0,
      wrong(0, 'should be greater than 0'),
    ],
    [{ type: 'integer', minimum: 0, exclusiveMinimum: true }, 1],
    [{ type: 'integer', maximum: 5 }, 5],
    [{ type: 'integer', maximum: 5 }, 6, wrong(6, 'should be less than or equal to 5')],
    [{ type: 'integer', maximum: 5, exclusiveMaximum: true }, 5, wrong(5, 'should be less than 5')],
    [{ type: 'integer', multipleOf: 5 }, 15],
    [{ type: 'integer', multipleOf: 5 }, 16, wrong(16, 'should be a multiple of 5')],
    [{ type: 'number', multipleOf: 0.1 }, 0.3],
    [{ type: 'number', multipleOf: 0.01 }, 4.35],
    [{ type: 'number', multipleOf: 0.1 }, 0.35, wrong(0.35, 'should be a multiple of 0.1')],
    [{ type: 'integer', format: 'int32' }, 2_147_483_647],
    [
      { type: 'integer', format: 'int32' },
      2_147_483_648,
      wrong(2_147_483_648, 'must be of type integer with format int32'),
    ],
    [{ type: 'integer', format: 'int64' }, 2_147_483_648],
    [{ minimum: 3 }, 'text'],
  ]);
});

describe('an object', () => {
  judges('has what it must have, and no more than it may', [
    [{ ...OBJECT, required: ['a'] }, { a: null }],
    [
      { ...OBJECT, required: ['a', 'b'] },
      {},
      'spec.x.a: Required value',
      'spec.x.b: Required value',
    ],
    [{ ...OBJECT, minProperties: 1 }, { a: 1 }],
    [{ ...OBJECT, minProperties: 1 }, {}, wrong({}, 'should have at least 1 properties')],
    [{ ...OBJECT, maxProperties: 1 }, { a: 1 }],
    [
      { ...OBJECT, maxProperties: 1 },
      { a: 1, b: 2 },
      'spec.x: Too many: 2: must have at most 1 item',
    ],
  ]);
  judges('is judged member by member', [
    [
      { ...OBJECT, properties: { a: { type: 'string' }, b: { type: 'integer' } } },
      { a: 1, b: 'x' },
      'spec.x.a: Invalid value: "integer": spec.x.a in body must be of type string: "integer"',
      'spec.x.b: Invalid value: "string": spec.x.b in body must be of type integer: "string"',
    ],
    [
      { ...OBJECT, additionalProperties: { type: 'integer' } },
      { a: 1, b: 'x' },
      'spec.x.b: Invalid value: "string": spec.x.b in body must be of type integer: "string"',
    ],
    [
      { ...OBJECT, additionalProperties: true },
      { a: 1, b: 'x' },
    ],
    [{ ...OBJECT, properties: { toString: { type: 'string' } } }, {}],
  ]);
  judges('says what it is when it is embedded', [
    [
      { ...OBJECT, 'x-kubernetes-embedded-resource': true },
      { apiVersion: 'v1', kind: 'Pod' },
    ],
    [
      { ...OBJECT, 'x-kubernetes-embedded-resource': true },
      { kind: '' },
      'spec.x.apiVersion: Required value',
      'spec.x.kind: Required value',
    ],
    [EMBEDDED, { ...CONFIG_MAP, metadata: { name: 'a', labels: { b: 'c' }, extra: 1 } }],
    [EMBEDDED, { ...CONFIG_MAP, metadata: {} }],
    [
      EMBEDDED,
      { apiVersion: 'a/b/c', kind: 'Config_Map' },
      'spec.x.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      `spec.x.kind: Invalid value: "Config_Map": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
    ],
    [
      EMBEDDED,
      { apiVersion: 1, kind: true },
      'spec.x.apiVersion: Invalid value: 1: must be a string',
      'spec.x.kind: Invalid value: true: must be a string',
    ],
    [
      EMBEDDED,
      { ...CONFIG_MAP, metadata: { name: 'a/b', generation: -1 } },
      `spec.x.metadata.name: Invalid value: "a/b": may not contain '/'`,
      'spec.x.metadata.generation: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      EMBEDDED,
      { ...CONFIG_MAP, metadata: { name: 1 } },
      'spec.x.metadata: Invalid value: {"name":1}: json: cannot unmarshal Go struct field ObjectMeta.name of type string',
    ],
    [
      EMBEDDED,
      { ...CONFIG_MAP, metadata: { labels: { a: 1 } } },
      'spec.x.metadata: Invalid value: {"labels":{"a":1}}: json: cannot unmarshal Go struct field ObjectMeta.labels of type map[string]string',
    ],
    [
      EMBEDDED,
      { ...CONFIG_MAP, metadata: 'a' },
      'spec.x.metadata: Invalid value: "a": json: cannot unmarshal value of type v1.ObjectMeta',
    ],
  ]);
});

describe('a list', () => {
  judges('keeps its length', [
    [{ ...LIST, minItems: 1 }, [1]],
    [{ ...LIST, minItems: 1 }, [], wrong([], 'should have at least 1 items')],
    [{ ...LIST, maxItems: 1 }, [1]],
    [{ ...LIST, maxItems: 1 }, [1, 2], 'spec.x: Too many: 2: must have at most 1 item'],
  ]);
  judges('is judged item by item', [
    [
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      'spec.x[1]: Invalid value: "integer": spec.x[1] in body must be of type string: "integer"',
    ],
  ]);
  judges('has no two entries alike where it is a set', [
    [{ ...LIST, 'x-kubernetes-list-type': 'set' }, ['a', 'b']],
    [
      { ...LIST, 'x-kubernetes-list-type': 'set' },
      ['a', 'b', 'a'],
      'spec.x[2]: Duplicate value: "a"',
    ],
    [{ ...LIST, 'x-kubernetes-list-type': 'set' }, [1, '1']],
    [
      { ...LIST, 'x-kubernetes-list-type': 'set' },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'spec.x[1]: Duplicate value: {"b":2,"a":1}',
    ],
    [LIST, ['a', 'a']],
  ]);
  judges('has no two entries of one key where it is a map', [
    [
      PORTS,
      [
        { port: 80, protocol: 'TCP' },
        { port: 80, protocol: 'UDP' },
      ],
    ],
    [
      PORTS,
      [
        { port: 80, protocol: 'TCP' },
        { port: 80, protocol: 'TCP' },
      ],
      'spec.x[1]: Duplicate value: {"port":80,"protocol":"TCP"}',
    ],
    [PORTS, [{ port: 80 }, { port: 80 }], 'spec.x[1]: Duplicate value: {"port":80}'],
  ]);
});

const A: OpenApiSchema = { required: ['a'] };
const B: OpenApiSchema = { required: ['b'] };
const junctor = (rule: string): string => `<nil>: Invalid value: "": "spec.x" ${rule}`;

describe('schemas together', () => {
  judges('hold as their junctor says', [
    [{ allOf: [A, B] }, { a: 1, b: 1 }],
    [
      { allOf: [A, B] },
      { a: 1 },
      'spec.x.b: Required value',
      junctor('must validate all the schemas (allOf)'),
    ],
    [
      { allOf: [A, B] },
      {},
      'spec.x.a: Required value',
      'spec.x.b: Required value',
      junctor('must validate all the schemas (allOf). None validated'),
    ],
    [{ anyOf: [A, B] }, { b: 1 }],
    [
      { anyOf: [A, B] },
      {},
      junctor('must validate at least one schema (anyOf)'),
      'spec.x.a: Required value',
    ],
    [{ oneOf: [A, B] }, { a: 1 }],
    [
      { oneOf: [A, B] },
      {},
      junctor('must validate one and only one schema (oneOf). Found none valid'),
      'spec.x.a: Required value',
    ],
    [
      { oneOf: [A, B] },
      { a: 1, b: 1 },
      junctor('must validate one and only one schema (oneOf). Found 2 valid alternatives'),
    ],
    [{ not: A }, {}],
    [{ not: A }, { a: 1 }, junctor('must not validate the schema (not)')],
    [
      {
        ...OBJECT,
        properties: { m: { type: 'string' } },
        not: { properties: { m: { enum: ['x'] } } },
      },
      { m: 'y' },
    ],
  ]);
});

const SPEC: OpenApiSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 3 },
    size: { type: 'integer', minimum: 5 },
    ports: {
      ...PORTS,
      items: {
        type: 'object',
        properties: { port: { type: 'integer', maximum: 100 }, protocol: { type: 'string' } },
      },
    },
    words: { type: 'array', items: { type: 'string', maxLength: 3 } },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
  },
};

describe('an update', () => {
  test('is not refused for what it leaves as it was', () => {
    expect(judge(SPEC, { name: 'toolong', size: 7 }, { name: 'toolong', size: 6 })).toEqual([]);
  });

  test('is refused for a wrong value that it changes', () => {
    expect(judge(SPEC, { name: 'longer', size: 7 }, { name: 'toolong', size: 7 })).toHaveLength(1);
  });

  test('is not refused for an entry that is found again by its keys, wherever it stands', () => {
    const old = { ports: [{ port: 200, protocol: 'TCP' }] };
    const next = {
      ports: [
        { port: 1, protocol: 'TCP' },
        { port: 200, protocol: 'TCP' },
      ],
    };
    expect(judge(SPEC, next, old)).toEqual([]);
  });

  test('is refused for a wrong item of a list without keys that it changes anywhere', () => {
    expect(judge(SPEC, { words: ['a', 'toolong'] }, { words: ['toolong'] })).toHaveLength(1);
    expect(judge(SPEC, { words: ['toolong'], size: 5 }, { words: ['toolong'], size: 6 })).toEqual(
      [],
    );
  });

  test('may leave doubles in a list that had them before', () => {
    expect(judge(SPEC, { tags: ['a', 'a', 'b'] }, { tags: ['a', 'a'] })).toEqual([]);
    expect(judge(SPEC, { tags: ['a', 'a'] }, { tags: ['a'] })).toHaveLength(1);
  });
});
