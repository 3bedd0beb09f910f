import { expect, test } from '@jest/globals';
import type { CelSchema } from '../../../../src/scheme/cel/cel-schema.ts';
import { UNBOUNDED } from '../../../../src/scheme/cel/estimate/size.ts';
import { compileExpression } from '../../../../src/scheme/cel/expression.ts';
import { celTypeOfSchema } from '../../../../src/scheme/cel/schema-types.ts';
import { BOOL, optionalOf } from '../../../../src/scheme/cel/types.ts';

/** The most that `rule` may cost on values of `schema`. */
function estimateOf(schema: CelSchema, rule: string): number {
  const self = celTypeOfSchema(schema);
  const compiled = compileExpression({
    expression: rule,
    variables: { self, oldSelf: self, maybe: optionalOf(self) },
    resultTypes: [BOOL],
    root: self,
  });
  if ('error' in compiled) throw new Error(compiled.error);
  return compiled.expression.estimatedCost;
}

const scalar = (type: string, format?: string): CelSchema => ({ type, ...(format && { format }) });
const INT_OR_STRING: CelSchema = { 'x-kubernetes-int-or-string': true };
const list = (items: CelSchema, maxItems?: number): CelSchema => ({
  type: 'array',
  items,
  ...(maxItems !== undefined && { maxItems }),
});
const map = (values: CelSchema, maxProperties?: number): CelSchema => ({
  type: 'object',
  additionalProperties: values,
  ...(maxProperties !== undefined && { maxProperties }),
});
const text = (maxLength?: number): CelSchema => ({
  type: 'string',
  ...(maxLength !== undefined && { maxLength }),
});
const fields = (properties: Record<string, CelSchema>, required: string[] = []): CelSchema => ({
  type: 'object',
  properties,
  required,
});
const object = fields({ required: text(), optional: text() }, ['required']);

/** What Kubernetes estimates, to the unit: without a limit by what fits into one request. */
test.each<[name: string, schema: CelSchema, rule: string, cost: number]>([
  ['items of an unlimited list of numbers', list(scalar('number')), 'self.all(x, true)', 4718591],
  ['items of a limited list', list(scalar('number'), 10), 'self.all(x, true)', 32],
  ['items of a list of booleans', list(scalar('boolean')), 'self.all(x, true)', 1887437],
  ['items of a list of texts', list(text()), 'self.all(x, true)', 3145727],
  [
    'items of a list of durations',
    list(scalar('string', 'duration')),
    'self.all(x, true)',
    2359295,
  ],
  ['items of a list of dates', list(scalar('string', 'date')), 'self.all(x, true)', 725936],
  ['items of a list of times', list(scalar('string', 'date-time')), 'self.all(x, true)', 428963],
  ['items that are ints or texts', list(INT_OR_STRING), 'self.all(x, true)', 4718591],
  ['items that are lists', list(list(scalar('number'))), 'self.all(x, true)', 3145727],
  ['items that are objects with a required field', list(object), 'self.all(x, true)', 555128],
  ['more items than fit', list(scalar('number'), 6291456), 'self.all(x, x == 0.0)', 25165826],
  ['entries of an unlimited map of numbers', map(scalar('number')), 'self.all(k, true)', 1348169],
  ['entries of a map of texts', map(text()), 'self.all(k, true)', 1179647],
  ['entries of a limited map', map(text(), 3), 'self.all(k, true)', 11],
  ['entries of a map of booleans', map(scalar('boolean')), 'self.all(k, true)', 943718],
  ['entries of a map of times', map(scalar('string', 'date-time')), 'self.all(k, true)', 349526],
  ['entries of a map of maps', map(map(scalar('number'))), 'self.all(k, true)', 1179647],
  ['a loop within a loop', list(scalar('number'), 10), 'self.all(x, self.all(y, true))', 352],
  [
    'three loops within each other',
    list(scalar('number'), 10),
    'self.all(x, self.all(y, self.all(z, true)))',
    3552,
  ],
  ['a presence test, which is free', map(text()), 'has(self.x)', 1],
  ['a short text in an unlimited one', text(), "self.contains('test')", 314574],
  ['a short text in a limited one', text(10), "self.contains('test')", 5],
  [
    'the longest value of an enum',
    { type: 'string', enum: ['A', 'LongValue'] },
    "self.contains('A')",
    2,
  ],
  ['the beginning of a text', text(), "self.startsWith('test')", 2],
  ['the end of a text', text(), "self.endsWith('test')", 2],
  ['a longer text', text(), `size(self + "hello") > size("hello")`, 314578],
  ['a longer limited text', text(4), `size(self + "hello") > size("hello")`, 7],
  ['a simple pattern', text(), `self.matches("x")`, 314574],
  ['a simple pattern on a limited text', text(50), `self.matches("x")`, 22],
  ['a pattern on no text', text(), `"".matches("(((((((((())))))))))[0-9]")`, 7],
  ['no pattern', text(), `self.matches("")`, 1],
  ['a search', text(), "self.find('[0-9]+') == ''", 629147],
  ['a search in a limited text', text(10), "self.find('[0-9]+') == ''", 11],
  ['keys and values', map(text()), 'self.all(k, k.contains(self[k]))', 2752507],
  ['keys and values of a limited map', map(text(10), 10), 'self.all(k, k.contains(self[k]))', 72],
  ['an item of a list of numbers', list(scalar('number')), 'self[1] == 0.0', 2],
  ['an entry of a map of numbers', map(scalar('number'), 0), `self["x"] == 0.0`, 2],
  ['an item of a list of texts', list(text(), 8), 'self[1] == self[1]', 314577],
  ['an item that is int or text', list(INT_OR_STRING), 'self[0] == 5', 3],
  ['an item that is an object', list(object), 'self[0] == null', 2],
  ['an item of an item', list(list(scalar('number'))), 'self[0][0] == -1.0', 3],
  ['a field of a map in a list', list(map(scalar('number')), 12), 'self.all(x, x.y == 25.2)', 74],
  ['a field of a map', list(map(scalar('number'))), 'self[0].x > 2.0', 4],
  [
    'fields of nested objects',
    list(map(fields({ required: text(10) }), 10), 10),
    'self.all(x, x["y"].required == "z")',
    72,
  ],
  ['a part of a duration', list(scalar('string', 'duration')), 'self[0].getHours() == 2', 4],
  ['a part of a time', list(scalar('string', 'date-time')), 'self[2].getMinutes() == 45', 4],
  ['times', map(scalar('string', 'date-time')), `self["a"] == self["b"]`, 8],
  ['no text', text(0), `self == "x"`, 1],
  ['no bytes', { type: 'string', format: 'byte', maxLength: 0 }, `self == b"x"`, 1],
  ['texts joined', list(text()), "self.join(' ') == 'aa bb'", 329853068905],
  ['limited texts joined', list(text(10), 10), "self.join(' ') == 'aa bb'", 43],
  ['an order of texts', list(text()), 'self.isSorted() == true', 329854432052],
  ['an order of limited texts', list(text(10), 10), 'self.isSorted() == true', 52],
  [
    'a replacement',
    fields({ str: text(), before: text(2), after: text(4) }),
    "self.str.replace(self.before, self.after) == 'does not matter'",
    629154,
  ],
  [
    'a replacement in a limited text',
    fields({ str: text(4), before: text(2), after: text(4) }),
    "self.str.replace(self.before, self.after) == 'does not matter'",
    12,
  ],
  ['parts', fields({ str: text(), by: text() }), 'self.str.split(self.by) == []', 629160],
  [
    'parts of a limited text',
    fields({ str: text(10), by: text(10) }),
    'self.str.split(self.by) == []',
    22,
  ],
  ['lower case', text(), "self.lowerAscii() == 'lower!'", 314575],
  ['sizes, which are free to ask', map(scalar('integer')), 'oldSelf.size() == self.size()', 5],
])('%s are estimated to cost as much as in Kubernetes', (_name, schema, rule, cost) => {
  expect(estimateOf(schema, rule)).toBe(cost);
});

test.each<[rule: string, cost: number]>([
  ['self.exists(x, true)', 42],
  ['self.exists_one(x, true)', 23],
  ['self.map(x, x + 1).size() > 0', 1 + 11 + 10 * (12 + 2) + 2],
  ['self.map(x, x > 0, x + 1).size() > 0', 1 + 11 + 10 * (12 + 2 + 2) + 2],
  ['self.filter(x, x > 0).size() > 0', 1 + 11 + 10 * (13 + 2) + 2],
  ['self.filter(x, x > 0).all(y, true)', 1 + 11 + 10 * (13 + 2) + 1 + 30],
  ['self.transformList(i, v, v).size() > 0', 1 + 11 + 10 * (12 + 1) + 2],
  ['cel.bind(n, self.size(), n > 3)', 10 + 2 + 2],
  ['5 in self', 1 + 10],
  ['[1, 2, 3].all(x, x in self)', 10 + 1 + 3 * (3 + 1 + 1 + 10)],
  ['true ? self.all(x, true) : false', 32],
  ['self.size() > 3 && self.all(x, true)', 3 + 32],
  ['maybe.optMap(m, m.size()).orValue(0) > 3', 2 + 13 + 2 + 2],
  ['sets.contains(self, [1])', 1 + 10 + 1 + 10],
  ['dyn(self) == self', 1 + 1 + 1 + 1],
])('%s on a list of ten integers costs at most %i', (rule, cost) => {
  expect(estimateOf(list(scalar('integer'), 10), rule)).toBe(cost);
});

test('the parts of a text that was split are as long as Kubernetes takes them to be', () => {
  const schema = fields({ s: text(10) });
  expect(estimateOf(schema, "self.s.split(',').all(p, p.matches('x'))")).toBe(2 + 8 + 1 + 40 * 5);
});

test('what nothing limits is unbounded, and stays so however often it is multiplied', () => {
  const rule =
    'lists.range(self.size()).all(x, lists.range(x).all(y, lists.range(y).all(z, true)))';
  expect(estimateOf(list(scalar('integer'), 10), rule)).toBe(UNBOUNDED);
});
