import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readFromTarball, readFromZip } from '../../support/archives.ts';

/** A tarball with the files, as npm packs them. */
function tarball(files: Record<string, string>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 'latin1');
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content, 'latin1');
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** `hello.txt` stored and `deep/again.txt` deflated, with a comment at the end. */
const ZIP = Buffer.from(
  'UEsDBBQAAAAAAAAAIVwgMDo2BgAAAAYAAAAJAAAAaGVsbG8udHh0aGVsbG8KUEsDBBQAAAAIAAAAIVzniX03CwAAAPAAAAAOAAAAZGVlcC9hZ2Fpbi50eHRLTE/MzONKHDEkAFBLAQIUAxQAAAAAAAAAIVwgMDo2BgAAAAYAAAAJAAAAAAAAAAAAAACAAQAAAABoZWxsby50eHRQSwECFAMUAAAACAAAACFc54l9NwsAAADwAAAADgAAAAAAAAAAAAAAgAEtAAAAZGVlcC9hZ2Fpbi50eHRQSwUGAAAAAAIAAgBzAAAAZAAAAAkAYSBjb21tZW50',
  'base64',
);

describe('a tarball', () => {
  const archive = tarball({ 'package/a': 'first', 'package/b': 'x'.repeat(600), 'package/c': '' });

  test.each([
    ['package/a', 'first'],
    ['package/b', 'x'.repeat(600)],
    ['package/c', ''],
  ])('gives the content of %s', (name, content) => {
    expect(readFromTarball(archive, name).toString()).toBe(content);
  });

  test('without the file is refused by the name', () => {
    expect(() => readFromTarball(archive, 'package/d')).toThrow(
      'the tarball has no file package/d',
    );
  });
});

describe('a zip archive', () => {
  test.each([
    ['hello.txt', 'hello\n'],
    ['deep/again.txt', 'again\n'.repeat(40)],
  ])('gives the content of %s', (name, content) => {
    expect(readFromZip(ZIP, name).toString()).toBe(content);
  });

  test('without the file is refused by the name', () => {
    expect(() => readFromZip(ZIP, 'other')).toThrow('the zip archive has no file other');
  });

  test('that is none is refused', () => {
    expect(() => readFromZip(Buffer.from('not a zip, but long enough'), 'other')).toThrow(
      'this is no zip archive: it has no directory at its end',
    );
  });
});
