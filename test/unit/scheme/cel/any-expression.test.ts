import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CelSchema } from '../../../../src/scheme/cel/cel-schema.ts';
import { CelCostError, CelEvaluationError } from '../../../../src/scheme/cel/errors.ts';
import { compileExpression } from '../../../../src/scheme/cel/expression.ts';
import { celTypeOfSchema } from '../../../../src/scheme/cel/schema-types.ts';
import { BOOL, DYN, formatType } from '../../../../src/scheme/cel/types.ts';
import { isValueOf } from '../../../../src/scheme/cel/values.ts';
import { testSeed } from '../../../support/test-seed.ts';

const seed = testSeed();
const COST_LIMIT = 20_000;

const schema: CelSchema = {
  type: 'object',
  properties: {
    n: { type: 'integer' },
    s: { type: 'string' },
    l: { type: 'array', items: { type: 'integer' } },
    m: { type: 'object', additionalProperties: { type: 'string' } },
    t: { type: 'string', format: 'date-time' },
  },
};
const variables = { self: celTypeOfSchema(schema), any: DYN, flag: BOOL };

const LEAVES = [
  'self.n',
  'self.s',
  'self.l',
  'self.m',
  'self.t',
  'self.none',
  'any',
  'any.x',
  'any.l',
  'any.?y',
  'flag',
  'true',
  'null',
  '0',
  '-1',
  '9223372036854775807',
  '2u',
  '1.5',
  '"a"',
  '"1h"',
  '"10.0.0.0/8"',
  '"^a+$"',
  'b"x"',
  '[]',
  '{}',
  '[1, 2]',
  '{"a": 1}',
  'int',
  'duration("1h")',
  'optional.none()',
  'quantity("1Gi")',
  'ip("::1")',
];
const BINARY = ['+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'];
const METHODS_1 = [
  'size',
  'trim',
  'sum',
  'min',
  'isSorted',
  'hasValue',
  'value',
  'sort',
  'reverse',
  'getHours',
  'flatten',
  'family',
  'isInteger',
  'join',
];
const METHODS_2 = [
  'contains',
  'matches',
  'find',
  'findAll',
  'split',
  'indexOf',
  'lastIndexOf',
  'substring',
  'orValue',
  'add',
  'compareTo',
  'charAt',
  'format',
  'or',
];
const FUNCTIONS = [
  'size',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'bool',
  'timestamp',
  'duration',
  'type',
  'dyn',
  'isIP',
  'isCIDR',
  'cidr',
  'url',
  'isURL',
  'quantity',
  'semver',
  'math.abs',
  'math.greatest',
  'lists.range',
  'optional.of',
  'optional.ofNonZeroValue',
  'sets.contains',
  'strings.quote',
  '!',
  '-',
];
const MACROS = ['all', 'exists', 'existsOne', 'filter', 'map', 'optMap'];

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const of = (words: readonly string[]) => fc.constantFrom(...words);
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      of(LEAVES),
      fc.tuple(inner, of(BINARY), inner).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(of(FUNCTIONS), inner).map(([f, a]) => `${f}(${a})`),
      fc.tuple(inner, of(METHODS_1)).map(([a, m]) => `(${a}).${m}()`),
      fc.tuple(inner, of(METHODS_2), inner).map(([a, m, b]) => `(${a}).${m}(${b})`),
      fc.tuple(inner, of(MACROS), inner).map(([a, m, b]) => `(${a}).${m}(x, ${b})`),
      fc.tuple(inner, of(MACROS)).map(([a, m]) => `(${a}).${m}(x, x == x)`),
      fc.tuple(inner, inner).map(([a, b]) => `(${a})[${b}]`),
      fc.tuple(inner, inner).map(([a, b]) => `[${a}, ${b}]`),
      fc.tuple(inner, inner).map(([a, b]) => `{${a}: ${b}}`),
      fc.tuple(inner, inner).map(([a, b]) => `cel.bind(y, ${a}, [y, ${b}])`),
    ),
  };
});

const self = fc.record(
  {
    n: fc.integer(),
    s: fc.string(),
    l: fc.array(fc.integer(), { maxLength: 5 }),
    m: fc.dictionary(fc.string(), fc.string()),
    t: fc.constantFrom('2024-01-01T00:00:00Z', 'no time'),
  },
  { requiredKeys: [] },
);

test('any expression compiles or tells why, and ends with a value of its type, a failure or a spent budget', () => {
  const seen = { compiled: 0, values: 0 };
  fc.assert(
    fc.property(expression, self, fc.jsonValue(), fc.boolean(), (text, own, any, flag) => {
      const compilation = compileExpression({ expression: text, variables });
      if ('error' in compilation) return;
      seen.compiled++;
      const { expression: compiled } = compilation;
      try {
        const bindings = { self: own, any, flag };
        const { value, cost } = compiled.evaluate(bindings, { costLimit: COST_LIMIT });
        seen.values++;
        expect(cost).toBeLessThanOrEqual(COST_LIMIT);
        const isOfType = value === null || isValueOf(compiled.resultType, value);
        expect([text, formatType(compiled.resultType), isOfType]).toEqual([
          text,
          formatType(compiled.resultType),
          true,
        ]);
      } catch (error) {
        if (!(error instanceof CelEvaluationError || error instanceof CelCostError)) throw error;
      }
    }),
    { seed, numRuns: 3_000 },
  );
  expect(seen.compiled).toBeGreaterThan(200);
  expect(seen.values).toBeGreaterThan(100);
});
