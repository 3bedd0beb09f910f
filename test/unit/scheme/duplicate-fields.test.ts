import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { duplicateFields } from '../../../src/scheme/duplicate-fields.ts';

const find = (text: string): readonly string[] => duplicateFields(text, JSON.parse(text));

test.each([
  ['{}', []],
  ['[]', []],
  ['"a"', []],
  ['{"a":1}', []],
  ['{"a":1,"a":1}', ['a']],
  ['{"a":1,"a":1,"a":1}', ['a']],
  ['{"a":{"b":1},"b":2}', []],
  ['{"a":{"b":1,"b":2}}', ['a.b']],
  ['{"a":[{"b":1,"b":2},{"b":1},{"c":1,"c":1}]}', ['a[0].b', 'a[2].c']],
  ['{"a":[1,[{"b":1,"b":1}]]}', ['a[1][0].b']],
  ['{"a" :1, "b": {}, "a"\n:2}', ['a']],
  ['{"\\u0061":1,"a":2}', ['a']],
  ['{"a":"\\":","b":"x\\\\\\": {"}', []],
  ['{"a":"{\\"a\\":1,\\"a\\":2}"}', []],
  ['{"a":"\\"b\\":1","a":2}', ['a']],
  ['{"a":{"x":1},"a":{"y":1}}', ['a']],
  ['{"":1,"":2}', ['']],
  ['[{"op":"add","op":"add"}]', ['[0].op']],
  ['{"__proto__":1}', []],
])('in %s these stand twice: %j', (text, paths) => {
  expect(find(text)).toEqual(paths);
});

test('what has been written by the engine has nothing twice, however it is indented', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(find(text)).toEqual([]);
    }),
  );
});

test('a field that is written once more is found, whatever is around it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.string(), (before, after, name) => {
      const [a, b, key] = [before, after, name].map((each) => JSON.stringify(each));
      const path = name === '' ? 'outer.' : `outer.${name}`;
      expect(find(`{"outer":{${key}:${a},"other\\u0000":${b},${key}:0}}`)).toContain(path);
    }),
  );
});

test('a megabyte that only looks as if it had something twice is read in its length', () => {
  const text = JSON.stringify({ data: { config: '":'.repeat(500_000) } });
  expect(find(text)).toEqual([]);
});

test('a list in a list in a list, a hundred thousand times, is no matter', () => {
  const depth = 100_000;
  expect(find(`${'['.repeat(depth)}{"a":1,"a":2}${']'.repeat(depth)}`)).toHaveLength(1);
});
