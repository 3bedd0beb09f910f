import { describe, expect, test } from '@jest/globals';
import { parseManifest } from '../../../src/scheme/manifest.ts';

/** Numbers, lines and values or messages of what a manifest holds. */
function read(text: string) {
  return parseManifest(text).map(({ document, line, content }) => ({
    document,
    line,
    ...('value' in content ? { value: content.value } : { message: content.error.message }),
  }));
}

const POD = { kind: 'Pod', metadata: { name: 'a' } };

describe('a manifest', () => {
  test('has documents, numbered from 1, with the line that each begins on', () => {
    expect(read('# first\nkind: A\n---\n\n# second\nkind: B\n')).toEqual([
      { document: 1, line: 2, value: { kind: 'A' } },
      { document: 2, line: 6, value: { kind: 'B' } },
    ]);
  });

  test('may be JSON', () => {
    expect(read(JSON.stringify(POD))).toEqual([{ document: 1, line: 1, value: POD }]);
  });

  test('may be YAML that looks like JSON', () => {
    expect(read('{kind: Pod, metadata: {name: a}}')).toEqual([
      { document: 1, line: 1, value: POD },
    ]);
  });

  test('leaves empty documents out', () => {
    expect(read('---\n---\nkind: A\n---\n# nothing\n---\n')).toEqual([
      { document: 1, line: 3, value: { kind: 'A' } },
    ]);
    expect(read('')).toEqual([]);
    expect(read('# nothing at all')).toEqual([]);
  });

  test('takes lists apart', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [POD, POD] };
    expect(read(JSON.stringify(list)).map(({ document }) => document)).toEqual([1, 1]);
  });

  test('keeps what looks like other types as Kubernetes reads it', () => {
    expect(read('a: yes\nb: 1.0\nc: "1"\nd: 0o17\ne: ~')).toEqual([
      { document: 1, line: 1, value: { a: 'yes', b: 1, c: '1', d: 15, e: null } },
    ]);
  });
});

describe('a bad document is an error in its place, and the others are not', () => {
  test.each([
    ['a mapping that breaks off', 'kind: [A', /error parsing YAML: .*at line 4/],
    ['a key twice', 'kind: A\nkind: B', /error parsing YAML: Map keys must be unique/],
    ['a tab as indentation', 'a:\n\tb: 1', /error parsing YAML/],
    ['a text', 'just words', /expected an object, got a string/],
    ['a list', '- a\n- b', /expected an object, got a list/],
    ['a key that is a map', '? {a: 1}\n: b', /error parsing YAML: the key .* is not a text/],
  ])('%s', (_title, bad, message) => {
    const found = read(`kind: First\n---\n${bad}\n---\nkind: Last\n`);
    expect(found).toHaveLength(3);
    expect(found[0]).toEqual({ document: 1, line: 1, value: { kind: 'First' } });
    expect(found[1]).toMatchObject({ document: 2, message: expect.stringMatching(message) });
    expect(found[2]).toMatchObject({ document: 3, value: { kind: 'Last' } });
  });

  test('aliases that multiply without end', () => {
    const levels = Array.from({ length: 10 }, (_, i) =>
      i === 0
        ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
        : `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`,
    );
    const [found] = read(`${levels.join('\n')}\n`);
    expect(found).toMatchObject({ message: expect.stringMatching(/alias/i) });
  });
});
