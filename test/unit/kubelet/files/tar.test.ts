import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeTarEntry,
  endOfTar,
  readTar,
  type TarEntry,
} from '../../../../src/kubelet/files/tar.ts';

async function* inPieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function roundTrip(entries: readonly TarEntry[], pieceSize = 512): Promise<TarEntry[]> {
  const archive = Buffer.concat([...entries.map(encodeTarEntry), endOfTar()]);
  const read: TarEntry[] = [];
  for await (const entry of readTar(inPieces(archive, pieceSize), 1_000_000)) read.push(entry);
  return read.map((entry) => ({ ...entry, data: Buffer.from(entry.data) }));
}

const fileOf = (name: string, text = ''): TarEntry => ({
  name,
  kind: 'file',
  mode: 0o644,
  modifiedMs: 1_000,
  data: Buffer.from(text),
  target: '',
});

const segment = fc.stringMatching(/^[a-z0-9_é-]{1,30}$/);

test('what is packed is unpacked the same, however it comes in pieces', async () => {
  const entry = fc.record({
    name: fc.array(segment, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/')),
    text: fc.string({ maxLength: 2_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 5 }),
      fc.integer({ min: 1, max: 3_000 }),
      async (all, size) => {
        const entries = all.map(({ name, text }) => fileOf(name, text));
        expect(await roundTrip(entries, size)).toEqual(entries);
      },
    ),
    { numRuns: 100 },
  );
});

test('directories and links keep their kind', async () => {
  const directory: TarEntry = { ...fileOf('d'), kind: 'directory', mode: 0o755 };
  const link: TarEntry = { ...fileOf('d/l'), kind: 'link', target: '../x' };
  expect(await roundTrip([directory, link])).toEqual([directory, link]);
});

test.each([
  ['what is no archive', Buffer.alloc(512, 'x'), 'invalid tar header'],
  ['what ends in the middle', encodeTarEntry(fileOf('a', 'text')).subarray(0, 514), 'short read'],
  [
    'a file that is too large',
    encodeTarEntry(fileOf('a', 'x'.repeat(1_001))),
    'a: No space left on device',
  ],
])('%s is refused', async (_what, data, message) => {
  const read = async (): Promise<void> => {
    for await (const _ of readTar(inPieces(data, 512), 1_000));
  };
  await expect(read()).rejects.toThrow(message);
});
