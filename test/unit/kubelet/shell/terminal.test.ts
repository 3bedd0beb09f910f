import { expect, test } from '@jest/globals';
import { Collector } from '../../../../src/kubelet/shell/pipe.ts';
import { Terminal } from '../../../../src/kubelet/shell/terminal.ts';

async function type(keys: string): Promise<{ read: string; screen: string; interrupts: number }> {
  const screen = new Collector(10_000);
  let interrupts = 0;
  const terminal = new Terminal(screen, () => interrupts++);
  await terminal.run(
    (async function* () {
      yield Buffer.from(keys);
    })(),
  );
  const read: Uint8Array[] = [];
  for await (const chunk of terminal.input) read.push(chunk);
  return { read: Buffer.concat(read).toString(), screen: screen.text(), interrupts };
}

test.each([
  ['a line is handed over at its end', 'ls\r', 'ls\n', 'ls\r\n'],
  ['a line that has no end is not', 'ls', '', 'ls'],
  ['backspace takes back what was typed', 'lx\x7fs\r', 'ls\n', 'lx\b \bs\r\n'],
  ['backspace goes no further than the line', '\x7f\x7fa\r', 'a\n', 'a\r\n'],
  ['Ctrl-U takes back the line', 'abc\x15d\r', 'd\n', `abc${'\b \b'.repeat(3)}d\r\n`],
  ['Ctrl-D ends the input', 'a\r\x04b\r', 'a\n', 'a\r\nb\r\n'],
  ['Ctrl-D within a line does not', 'a\x04b\r', 'ab\n', 'ab\r\n'],
  ['characters of several bytes stay whole', 'é\x7fü\r', 'ü\n', 'é\b \bü\r\n'],
])('%s', async (_law, keys, read, screen) => {
  expect(await type(keys)).toEqual({ read, screen, interrupts: 0 });
});

test('Ctrl-C drops the line and tells of it', async () => {
  expect(await type('abc\x03d\r')).toEqual({
    read: 'd\n',
    screen: 'abc^C\r\nd\r\n',
    interrupts: 1,
  });
});

test('lines of output begin at the left', async () => {
  const screen = new Collector(100);
  const { output } = new Terminal(screen, () => undefined);
  await output.write(Buffer.from('a\nb\r\n'));
  expect(screen.text()).toBe('a\r\nb\r\n');
});
