import { describe, expect, it } from '@jest/globals';
import { compileExpression } from '../../../../src/scheme/cel/expression.ts';
import { toJson } from '../../../../src/scheme/cel/json.ts';
import { lazyObject } from '../../../../src/scheme/cel/schema-types.ts';
import { DYN } from '../../../../src/scheme/cel/types.ts';
import { compileErrorOf, evaluateCel } from '../../../support/cel.ts';

const object = {
  replicas: 3,
  name: 'web',
  ratio: 0.5,
  tags: ['a', 'b'],
  labels: { app: 'web' },
  nothing: null,
};
const context = { variables: { o: DYN }, bindings: { o: object } };

/** Expressions that are true. */
const TRUE: readonly string[] = [
  'o.replicas == 3',
  'o.replicas > 2.5',
  'o.replicas + 1 == 4',
  'o.ratio * 2.0 == 1.0',
  'o.nothing == null',
  'has(o.name) && !has(o.zone)',
  'has(o.labels.app)',
  '"app" in o.labels && !("zone" in o.labels)',
  '"a" in o.tags',
  'o.tags[0] == "a"',
  'o.tags == ["a", "b"]',
  'o.tags + ["c"] == ["a", "b", "c"]',
  'o.labels == {"app": "web"}',
  'o.tags.all(t, size(t) == 1)',
  'o.tags.exists(t, t == "b")',
  'o.tags.exists_one(t, t == "b")',
  'o.tags.map(t, t + "!") == ["a!", "b!"]',
  'o.tags.map(t, t != "a", t + "!") == ["b!"]',
  'o.tags.filter(t, t != "a") == ["b"]',
  'o.labels.all(k, o.labels[k] == "web")',
  'o.tags.all(i, t, o.tags[i] == t)',
  'o.labels.exists(k, v, k == "app" && v == "web")',
  '{"a": 1, "b": 2}.transformMap(k, v, v * 2) == {"a": 2, "b": 4}',
  '{"a": 1, "b": 2}.transformMap(k, v, v > 1, v * 2) == {"b": 4}',
  '[1, 2].transformList(i, v, i + v) == [1, 3]',
  '["a", "b"].transformMapEntry(i, v, {v: i}) == {"a": 0, "b": 1}',
  'cel.bind(n, o.replicas, n * n) == 9',
  'o.missing == 1 || true',
  'true || o.missing == 1',
  '!(false && o.missing == 1)',
  '!(o.missing == 1 && false)',
  'o.tags.exists(t, o.missing == t || t == "a")',
  'o.replicas > 1 ? true : o.missing',
  'type(o.replicas) == int && type(o.ratio) == double && type(o.tags) == list',
  'type(null) == null_type && type(o) == map && type(type(1)) == type',
  'dyn(1) == 1.0 && dyn(1u) == 1 && 2u > 1u && 1 < 1.5',
  '7 / 2 == 3 && -7 / 2 == -3 && 7 % 4 == 3 && -7 % 4 == -3',
  '0x1F == 31 && 1e3 == 1000.0',
  '"é" < "ê" && "a" + "b" == "ab" && \'single\' == "single"',
  'r"\\d" == "\\\\d"',
  'size("héllo") == 5 && "héllo".size() == 5 && size("😀") == 1',
  'size(b"abc") == 3 && bytes("abc") == b"abc" && string(b"abc") == "abc"',
  'int("42") == 42 && int(3.9) == 3 && double("1.5") == 1.5 && string(42) == "42"',
  'uint(3) == 3u && int(3u) == 3 && double(2) == 2.0 && string(1.5) == "1.5"',
  'bool("true") && !bool("f") && string(true) == "true"',
  'timestamp("2024-02-29T12:30:45.5Z").getFullYear() == 2024',
  'timestamp("2024-02-29T12:30:45.5Z").getMonth() == 1',
  'timestamp("2024-02-29T12:30:45.5Z").getDate() == 29',
  'timestamp("2024-02-29T12:30:45.5Z").getDayOfMonth() == 28',
  'timestamp("2024-02-29T12:30:45.5Z").getDayOfWeek() == 4',
  'timestamp("2024-02-29T12:30:45.5Z").getDayOfYear() == 59',
  'timestamp("2024-02-29T12:30:45.5Z").getHours() == 12',
  'timestamp("2024-02-29T12:30:45.5Z").getHours("+02:00") == 14',
  'timestamp("2024-02-29T12:30:45.5Z").getHours("America/New_York") == 7',
  'timestamp("2024-02-29T12:30:45.5Z").getMinutes() == 30',
  'timestamp("2024-02-29T12:30:45.5Z").getMilliseconds() == 500',
  'timestamp("2024-01-01T00:00:00Z") < timestamp("2024-01-01T00:00:00.000000001Z")',
  'timestamp("2024-01-01T01:00:00+01:00") == timestamp("2024-01-01T00:00:00Z")',
  'timestamp("2024-01-01T00:00:00Z") + duration("36h") == timestamp("2024-01-02T12:00:00Z")',
  'timestamp("2024-01-02T00:00:00Z") - timestamp("2024-01-01T00:00:00Z") == duration("24h")',
  'duration("1h30m").getMinutes() == 90 && duration("1.5s").getMilliseconds() == 500',
  'duration("-1h") < duration("0") && string(duration("90m")) == "5400s"',
  'string(timestamp(0)) == "1970-01-01T00:00:00Z" && int(timestamp(5)) == 5',
  'o.?name.hasValue() && !o.?zone.hasValue()',
  'o.?zone.?city.orValue("none") == "none"',
  'o.tags[?5].orValue("z") == "z" && o.labels[?"app"].value() == "web"',
  'optional.of(1).optMap(v, v + 1).value() == 2',
  'optional.none().or(optional.of(2)).value() == 2',
  '!optional.ofNonZeroValue("").hasValue() && optional.ofNonZeroValue("a").hasValue()',
  'o.?name.optFlatMap(n, optional.of(n + "!")).orValue("") == "web!"',
  '[1, 2, 3].filter(x, x > 1).map(x, x * x) == [4, 9]',
  '[[1], [2]].all(inner, inner.all(x, x > 0))',
  '1 in [1, 2] && !(3 in [1, 2]) && 1 in {1: "x"}',
  '{1: "x"}[1] == "x" && {true: 1}[true] == 1',
  '[] == [] && {} == {} && [1] != [2]',
  '[1, dyn("a")] == [1, dyn("a")]',
  '// a comment\n true',
  '"a{b}" == "a{b}" && {"k{": 1}["k{"] == 1',
];

/** Expressions that fail while they run, and why. */
const FAILING: readonly (readonly [string, string])[] = [
  ['o.zone', 'no such key: zone'],
  ['o.labels["zone"]', 'no such key: zone'],
  ['o.tags[2]', 'index out of bounds: 2'],
  ['o.tags[-1]', 'index out of bounds: -1'],
  ['1 / 0', 'division by zero'],
  ['1 % 0', 'modulus by zero'],
  ['9223372036854775807 + 1', 'integer overflow'],
  ['-9223372036854775807 - 2', 'integer overflow'],
  ['uint(0) - 1u', 'unsigned integer overflow'],
  ['o.name + o.replicas', 'no such overload: _+_'],
  ['o.name && true', 'no such overload: _&&_'],
  ['o.missing == 1 || false', 'no such key: missing'],
  ['int("x")', "type conversion error from 'string' to 'int'"],
  ['timestamp("yesterday")', "type conversion error from 'string' to 'google.protobuf.Timestamp'"],
  ['duration("1y")', "type conversion error from 'string' to 'google.protobuf.Duration'"],
  ['optional.none().value()', 'optional.none() dereference'],
  ['{"a": 1, "a": 2}', 'repeated map key in literal'],
  ['o.tags.map(t, t > 1)', 'no such overload: _>_'],
];

/** Expressions that do not compile, and why. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['x', "undeclared reference to 'x' (in container '')"],
  ['o.name.foo()', "undeclared reference to 'foo' (in container '')"],
  ['1 + "a"', "found no matching overload for '_+_' applied to '(int, string)'"],
  ['1 == "a"', "found no matching overload for '_==_' applied to '(int, string)'"],
  ['!1', "found no matching overload for '!_' applied to '(int)'"],
  ['1 && true', "found no matching overload for '_&&_' applied to '(int, bool)'"],
  ['"a".startsWith(1)', "found no matching overload for 'startsWith' applied to 'string.(int)'"],
  ['size(1)', "found no matching overload for 'size' applied to '(int)'"],
  ['true ? 1 : "a"', "found no matching overload for '_?_:_' applied to '(bool, int, string)'"],
  ['[1, "a"]', "expected type 'int' but found 'string'"],
  ['{"a": 1, "b": "c"}', "expected type 'int' but found 'string'"],
  ['[1].map(x, x + "a")', "found no matching overload for '_+_' applied to '(int, string)'"],
  ['[1].all(x, x)', "expected type 'bool' but found 'int'"],
  ['[1]["a"]', "found no matching overload for '_[_]' applied to '(list(int), string)'"],
  ['"a".b', "type 'string' does not support field selection"],
  ['1.all(x, true)', "type 'int' cannot be range of a comprehension"],
  ['has(o)', 'invalid argument to has() macro'],
  ['1 +', 'Syntax error'],
  ['(1', 'Syntax error'],
  ['"unterminated', 'Syntax error'],
  ['', 'Syntax error'],
];

/** `Object{…}` as mutating policies have it: any field, down to any depth. */
const OBJECT = lazyObject('Object', (field) =>
  field === 'spec' ? lazyObject('Object.spec', () => DYN) : undefined,
);
const CONSTRUCTORS = new Map([
  ['Object', OBJECT],
  ['Object.spec', lazyObject('Object.spec', () => DYN)],
]);

describe('objects that expressions make', () => {
  const compile = (expression: string) =>
    compileExpression({ expression, variables: context.variables, constructors: CONSTRUCTORS });

  it('have the fields that are written', () => {
    const compilation = compile(
      'Object{ spec: Object.spec{replicas: o.replicas + 1, `a-b`: {"x": 1}} }',
    );
    if ('error' in compilation) throw new Error(compilation.error);
    expect(toJson(compilation.expression.evaluate(context.bindings).value)).toEqual({
      spec: { replicas: 4, 'a-b': { x: 1 } },
    });
  });

  it.each([
    ['Object{status: 1}', "undefined field 'status'"],
    ['Object{spec: Other{a: 1}}', "undeclared reference to 'Other' (in container '')"],
    [
      'Object{spec: 1}',
      "expected type of field 'spec' is 'Object.spec' but provided type is 'int'",
    ],
  ])('%s does not compile: %s', (expression, message) => {
    expect(compile(expression)).toMatchObject({ issues: [{ message }] });
  });
});

describe('the expression language', () => {
  it.each(TRUE)('holds: %s', (expression) => {
    expect(evaluateCel(expression, context)).toBe(true);
  });

  it('may be long, but not so deep that it would exhaust the stack', () => {
    const sum = (length: number) => Array.from({ length }, () => '1').join(' + ');
    expect(evaluateCel(sum(500))).toBe(500);
    expect(compileErrorOf(sum(2400))).toBe('expression recursion limit exceeded: 600');
    expect(compileErrorOf('('.repeat(500))).toContain('Syntax error: Exceeded maxDepth');
    expect(compileErrorOf(sum(20_000))).toContain('expression is longer than');
  });

  it.each(FAILING)('%s fails with %s', (expression, message) => {
    expect(() => evaluateCel(expression, context)).toThrow(message);
  });

  it.each(REFUSED)('%s does not compile: %s', (expression, message) => {
    expect(compileErrorOf(expression, context)).toContain(message);
  });
});
