import { expect, test } from '@jest/globals';
import { splitManifest } from '../../../../src/cli/manifests/split.ts';

const documents = ['a: 1\n', '---\nb: 22\n', '--- # two\nc: 333\n', '---\nd: 4\n'];
const text = documents.join('');

test('a short manifest stays whole', () => {
  expect(splitManifest(text)).toEqual([{ text, linesBefore: 0 }]);
});

test.each([1, 10, 20, 30, 40])(
  'parts of at most %i characters are whole documents and make up the text',
  (maxLength) => {
    const parts = splitManifest(text, maxLength);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    for (const part of parts) {
      const isOneDocument = documents.includes(part.text);
      expect(isOneDocument || part.text.length <= maxLength).toBe(true);
    }
  },
);

test('each part knows how many lines come before it', () => {
  const lines = text.split('\n');
  for (const part of splitManifest(text, 10)) {
    expect(lines[part.linesBefore]).toBe(part.text.split('\n')[0]);
  }
});

test('a line of dashes within a word or a text does not end a document', () => {
  const block = 'a: |\n  ---\n  x\nb: ----\n';
  expect(splitManifest(block, 5)).toEqual([{ text: block, linesBefore: 0 }]);
});
