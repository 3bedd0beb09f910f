import { expect, test } from '@jest/globals';
import { ConfigurationReader, tellProblems } from '../../../src/lib/configuration-reader.ts';

test.each<[string, (reader: ConfigurationReader) => unknown, unknown, string]>([
  ['an object', (reader) => reader.object({ a: 1 }, 'at', ['a']), { a: 1 }, ''],
  ['an object that is missing', (reader) => reader.object(null, 'at', []), {}, ''],
  ['a list for an object', (reader) => reader.object([], 'at', []), {}, 'at: must be an object'],
  [
    'a member that is misspelt',
    (reader) => Object.keys(reader.object({ naem: 1 }, '', ['name'])),
    ['naem'],
    'naem: is not known, did you mean "name"?',
  ],
  ['any members', (reader) => reader.members({ x: 1 }, 'at'), { x: 1 }, ''],
  ['no members', (reader) => reader.members(undefined, ''), {}, 'the document: must be an object'],
  ['a text', (reader) => reader.text('x', 'at'), 'x', ''],
  ['a text that is missing', (reader) => reader.text(undefined, 'at'), undefined, ''],
  ['a number for a text', (reader) => reader.requiredText(7, 'at'), '', 'at: must be a string'],
  ['an empty text', (reader) => reader.requiredText('', 'at'), '', 'at: must not be empty'],
  ['a list', (reader) => reader.list([1], 'at'), [1], ''],
  ['a list that is missing', (reader) => reader.list(null, 'at'), [], ''],
  ['a text for a list', (reader) => reader.list('x', 'at'), [], 'at: must be a list'],
  [
    'an empty list',
    (reader) => reader.requiredList([], 'at'),
    [],
    'at: must be a list that is not empty',
  ],
  ['texts', (reader) => reader.texts(['a', 7], 'at'), ['a', ''], 'at[1]: must be a string'],
  ['a truth', (reader) => reader.boolean(false, 'at'), false, ''],
  ['no truth', (reader) => reader.boolean(undefined, 'at'), undefined, ''],
  ['a text for it', (reader) => reader.boolean('no', 'at'), undefined, 'at: must be true or false'],
])('%s is read, or told of at its path', (_, read, expected, problems) => {
  const reader = new ConfigurationReader();
  expect(read(reader)).toEqual(expected);
  expect(tellProblems(reader.problems)).toBe(problems);
});

test('everything that is wrong is told at once, without the values', () => {
  const reader = new ConfigurationReader();
  reader.text(42, 'a');
  reader.list('secret', 'b');
  expect(tellProblems(reader.problems)).toBe('a: must be a string; b: must be a list');
});
