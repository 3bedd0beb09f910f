import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesGlob } from '../../../../src/kubelet/shell/glob.ts';
import { parseScript } from '../../../../src/kubelet/shell/parser.ts';
import { ShellSyntaxError } from '../../../../src/kubelet/shell/syntax.ts';
import { buildMachine, runOn, runScriptOn } from '../../../support/machine.ts';

const WORDS = [
  'echo',
  'if',
  'then',
  'fi',
  'for',
  'in',
  'do',
  'done',
  'while',
  '{',
  '}',
  '(',
  ')',
  ';',
  '&&',
  '|',
  '$(',
  '`',
  '"',
  "'",
  '$',
  '${',
  '<<E',
  '>',
  '\n',
  'x',
  '$((',
  '))',
  '\\',
  '#',
];

test('any text is a script or a syntax error', () => {
  const text = fc
    .array(fc.constantFrom(...WORDS), { maxLength: 25 })
    .map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ maxLength: 60 })), (script) => {
      try {
        parseScript(script);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ShellSyntaxError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what is quoted comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 40 }), async (raw) => {
      const text = raw.replaceAll('\0', '');
      const quoted = `'${text.replaceAll("'", `'\\''`)}'`;
      const { out } = await runScriptOn(buildMachine(), `printf %s ${quoted}`);
      expect(out).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['nested substitutions', `echo ${'$('.repeat(200)}x${')'.repeat(200)}`],
  ['nested groups', `${'( '.repeat(200)}x${' )'.repeat(200)}`],
])('%s without end are refused', (_what, script) => {
  expect(() => parseScript(script)).toThrow('too deeply nested');
});

test('a pattern takes no longer the more stars it has', () => {
  expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(2_000))).toBe(false);
});

test.each([
  ['yes | sort'],
  ['cat /dev/null; while true; do echo x; done > /tmp/x'],
  ['a=1; while [ $a ]; do a=$a$a; done'],
  ['seq 1 1000000000'],
  ['f=x; for i in $(seq 1 100000); do mkdir -p /tmp/$i/$i; done'],
])('%s comes to an end', async (script) => {
  const { code } = await runOn(buildMachine(), ['sh', '-c', script], { maxSteps: 10_000 });
  expect(code).not.toBe(0);
});
