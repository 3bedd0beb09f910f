import { describe, expect, test } from '@jest/globals';
import { objectValidator } from '../../../../src/scheme/custom-resources/object-validator.ts';
import type { OpenApiSchema } from '../../../../src/scheme/custom-resources/open-api-schema.ts';
import { formatFieldError } from '../../../../src/scheme/field-error.ts';
import type { ValidationRule } from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { F, field, judge as judgeDefinition, refuses } from '../../../support/definition-judge.ts';

type Spec = Readonly<Record<string, unknown>>;

/** What is wrong with a spec, which was `before`, under rules of its schema. */
function judge(
  properties: Record<string, OpenApiSchema>,
  rules: ValidationRule[],
  spec: Spec,
  before?: Spec,
): string[] {
  const schema: OpenApiSchema = {
    type: 'object',
    properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': rules } },
  };
  const object = (value: Spec) =>
    ({ apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec: value }) as ApiObject;
  return objectValidator(schema)(object(spec), before && object(before)).map(formatFieldError);
}

const NUMBERS: Record<string, OpenApiSchema> = {
  min: { type: 'integer' },
  max: { type: 'integer' },
  name: { type: 'string' },
};
const ORDERED: ValidationRule = { rule: 'self.min <= self.max' };

describe('a rule', () => {
  test('admits what it holds for', () => {
    expect(judge(NUMBERS, [ORDERED], { min: 1, max: 2 })).toEqual([]);
  });

  test('refuses what it does not hold for, and shows itself', () => {
    expect(judge(NUMBERS, [ORDERED], { min: 3, max: 2 })).toEqual([
      'spec: Invalid value: "object": failed rule: self.min <= self.max',
    ]);
  });

  test('refuses in the words of its message, for its reason, at its field', () => {
    const at = (reason: NonNullable<ValidationRule['reason']>, fieldPath: string) =>
      judge(NUMBERS, [{ ...ORDERED, message: 'min is past max', reason, fieldPath }], {
        min: 3,
        max: 2,
      });
    expect(at('FieldValueInvalid', '.min')).toEqual([
      'spec.min: Invalid value: "object": min is past max',
    ]);
    expect(at('FieldValueForbidden', '.max')).toEqual(['spec.max: Forbidden: min is past max']);
    expect(at('FieldValueRequired', '.min')).toEqual(['spec.min: Required value: min is past max']);
    expect(at('FieldValueDuplicate', '.min')).toEqual(['spec.min: Duplicate value: "object"']);
  });

  test('computes its message, and falls back on the fixed one', () => {
    const say = (messageExpression: string) =>
      judge(NUMBERS, [{ ...ORDERED, message: 'fixed', messageExpression }], { min: 3, max: 2 });
    expect(say('"min is " + string(self.min)')).toEqual([
      'spec: Invalid value: "object": min is 3',
    ]);
    expect(say('self.name')).toEqual(['spec: Invalid value: "object": fixed']);
    expect(say('"a\\nb"')).toEqual(['spec: Invalid value: "object": fixed']);
    expect(say('""')).toEqual(['spec: Invalid value: "object": fixed']);
  });

  test('says what it met when it cannot be decided', () => {
    expect(judge(NUMBERS, [{ rule: 'self.min < 3' }], {})).toEqual([
      'spec: Invalid value: "object": no such key: min evaluating rule: self.min < 3',
    ]);
  });

  test('is not asked while the schema is broken in a way that it could trip over', () => {
    expect(judge(NUMBERS, [ORDERED], { min: 'x', max: 2 })).toEqual([
      'spec.min: Invalid value: "string": spec.min in body must be of type integer: "string"',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  test('sees the name of the object at the root', () => {
    const schema: OpenApiSchema = {
      type: 'object',
      'x-kubernetes-validations': [
        { rule: "self.metadata.name == 'default'", message: 'there is one' },
      ],
    };
    const named = (name: string) =>
      ({ apiVersion: 'a/v1', kind: 'A', metadata: { name } }) as ApiObject;
    const errors = objectValidator(schema)(named('other')).map(formatFieldError);
    expect(errors).toEqual(['<nil>: Invalid value: "object": there is one']);
    expect(objectValidator(schema)(named('default'))).toEqual([]);
  });

  test('is asked of every item and every value', () => {
    const even: OpenApiSchema = {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self % 2 == 0', message: 'is odd' }],
    };
    const properties: Record<string, OpenApiSchema> = {
      list: { type: 'array', items: even },
      map: { type: 'object', additionalProperties: even },
    };
    expect(judge(properties, [], { list: [2, 3], map: { a: 4, b: 5 } })).toEqual([
      'spec.list[1]: Invalid value: "integer": is odd',
      'spec.map.b: Invalid value: "integer": is odd',
    ]);
  });
});

const IMMUTABLE: ValidationRule = { rule: 'self == oldSelf', message: 'is immutable' };
const withRule = (rule: ValidationRule): Record<string, OpenApiSchema> => ({
  ...NUMBERS,
  name: { type: 'string', 'x-kubernetes-validations': [rule] },
});

describe('a rule about changes', () => {
  test('is asked of updates alone', () => {
    expect(judge(withRule(IMMUTABLE), [], { name: 'a' })).toEqual([]);
    expect(judge(withRule(IMMUTABLE), [], { name: 'a' }, { name: 'a' })).toEqual([]);
    expect(judge(withRule(IMMUTABLE), [], { name: 'b' }, { name: 'a' })).toEqual([
      'spec.name: Invalid value: "string": is immutable',
    ]);
  });

  test('is not asked where there was nothing before', () => {
    expect(judge(withRule(IMMUTABLE), [], { name: 'b' }, {})).toEqual([]);
  });

  test('is asked of creates too when it says that the old value may be missing', () => {
    const rule = {
      rule: "oldSelf.hasValue() || self == 'first'",
      optionalOldSelf: true,
      message: 'begins with first',
    };
    expect(judge(withRule(rule), [], { name: 'a' })).toEqual([
      'spec.name: Invalid value: "string": begins with first',
    ]);
    expect(judge(withRule(rule), [], { name: 'first' })).toEqual([]);
    expect(judge(withRule(rule), [], { name: 'a' }, { name: 'first' })).toEqual([]);
  });

  test('finds the entries of a list again by their keys', () => {
    const ports: OpenApiSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          port: { type: 'integer', 'x-kubernetes-validations': [IMMUTABLE] },
        },
      },
    };
    const before = {
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    };
    expect(
      judge(
        { ports },
        [],
        {
          ports: [
            { name: 'b', port: 2 },
            { name: 'c', port: 9 },
          ],
        },
        before,
      ),
    ).toEqual([]);
    expect(judge({ ports }, [], { ports: [{ name: 'b', port: 3 }] }, before)).toEqual([
      'spec.ports[0].port: Invalid value: "integer": is immutable',
    ]);
  });
});

test('an update is not refused for a rule over what it leaves as it was', () => {
  const properties: Record<string, OpenApiSchema> = {
    inner: { type: 'object', properties: NUMBERS, 'x-kubernetes-validations': [ORDERED] },
    note: { type: 'string' },
  };
  const inner = { min: 3, max: 2 };
  expect(judge(properties, [], { inner, note: 'new' }, { inner, note: 'old' })).toEqual([]);
  expect(judge(properties, [], { inner: { min: 4, max: 2 } }, { inner })).toHaveLength(1);
});

describe('the cost of rules', () => {
  const items = Array.from({ length: 300 }, (_, i) => i);
  const list: OpenApiSchema = { type: 'array', items: { type: 'integer' } };

  test('is bounded for each', () => {
    const rule = 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))';
    expect(judge({ list }, [{ rule }, ORDERED], { list: items })).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
    ]);
  });

  test('is bounded for all together', () => {
    const rule = { rule: 'self.list.all(a, self.list.all(b, a + b >= 0))' };
    const errors = judge(
      { list },
      Array.from({ length: 100 }, () => rule),
      { list: items },
    );
    expect(errors).toEqual([
      'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
    ]);
  });
});

const rule = (...rules: ValidationRule[]): OpenApiSchema => ({
  type: 'object',
  properties: { a: { type: 'string' } },
  'x-kubernetes-validations': rules,
});
const R = `${F}.x-kubernetes-validations[0]`;

refuses('rules', [
  [
    'can be read',
    field(rule({ rule: 'self.a == "x"', messageExpression: '"not " + self.a', fieldPath: '.a' })),
  ],
  ['are there', field(rule({ rule: ' ' })), `${R}.rule: Required value: rule is not specified`],
  [
    'have a message when they are long',
    field(rule({ rule: 'self.a == "x" ||\nself.a == "y"' })),
    `${R}.message: Required value: message must be specified if rule contains line breaks`,
  ],
  [
    'have a message in one line',
    field(rule({ rule: 'true', message: 'a\nb' })),
    `${R}.message: Invalid value: "a\\nb": message must not contain line breaks`,
  ],
  [
    'have a message that says something',
    field(rule({ rule: 'true', message: ' ' })),
    `${R}.message: Invalid value: " ": message must be non-empty if specified`,
  ],
  [
    'speak of a field that there is',
    field(rule({ rule: 'true', fieldPath: '.b' })),
    `${R}.fieldPath: Invalid value: ".b": fieldPath must be a valid path`,
  ],
  [
    'need the old value to let it be missing',
    field(rule({ rule: 'true', optionalOldSelf: true })),
    `${R}.optionalOldSelf: Forbidden: optionalOldSelf may only be set if rule uses oldSelf`,
  ],
  [
    'look back only where entries are found again',
    field({ type: 'array', items: rule({ rule: 'self == oldSelf' }) }),
    `${F}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${F}`,
  ],
]);

test('a rule that does not compile refuses its definition, and shows where', () => {
  const [problem] = judgeDefinition(field(rule({ rule: 'self.b == 1' })));
  expect(problem).toContain(
    `${R}.rule: Invalid value: "self.b == 1": compilation failed: ERROR: <input>:1:5: undefined field 'b'`,
  );
  const [other] = judgeDefinition(field(rule({ rule: 'self.a' })));
  expect(other).toContain(`${R}.rule: Invalid value: "self.a": compilation failed: `);
  expect(other).toContain('must evaluate to bool');
});
