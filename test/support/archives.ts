/** Just enough of tar and zip to take files out of packages: no links, no encryption, no archives beyond 4 GiB. */
import { gunzipSync, inflateRawSync } from 'node:zlib';

const TAR_BLOCK_BYTES = 512;

/** The content of one file of a `.tgz`. @throws when there is none of the name */
export function readFromTarball(tarball: Buffer, name: string): Buffer {
  const archive = gunzipSync(tarball);
  for (let offset = 0; offset + TAR_BLOCK_BYTES <= archive.length; ) {
    const header = archive.subarray(offset, offset + TAR_BLOCK_BYTES);
    const size = Number.parseInt(textOf(header, 124, 136), 8) || 0;
    const start = offset + TAR_BLOCK_BYTES;
    if (textOf(header, 0, 100) === name) return archive.subarray(start, start + size);
    offset = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  throw new Error(`the tarball has no file ${name}`);
}

/** A field of a tar header ends with a NUL. */
function textOf(header: Buffer, start: number, end: number): string {
  return (header.toString('latin1', start, end).split('\0')[0] as string).trim();
}

const END_OF_DIRECTORY = 0x06_05_4b_50;
const END_OF_DIRECTORY_BYTES = 22;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const METHOD_STORED = 0;

/** The content of one file of a zip archive. @throws when there is none of the name */
export function readFromZip(archive: Buffer, name: string): Buffer {
  const end = findEndOfDirectory(archive);
  let offset = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const nameBytes = archive.readUInt16LE(offset + 28);
    const start = offset + DIRECTORY_ENTRY_BYTES;
    if (archive.toString('utf8', start, start + nameBytes) === name) {
      return readEntry(archive, offset);
    }
    const trailingBytes = archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
    offset = start + nameBytes + trailingBytes;
  }
  throw new Error(`the zip archive has no file ${name}`);
}

/** It stands last, before a comment of unknown length. */
function findEndOfDirectory(archive: Buffer): number {
  for (let at = archive.length - END_OF_DIRECTORY_BYTES; at >= 0; at--) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error('this is no zip archive: it has no directory at its end');
}

/** Sizes are taken from the directory, for the header before the content may leave them out. */
function readEntry(archive: Buffer, entry: number): Buffer {
  const packedBytes = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const nameAndExtra = archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const start = header + LOCAL_HEADER_BYTES + nameAndExtra;
  const content = archive.subarray(start, start + packedBytes);
  return archive.readUInt16LE(entry + 10) === METHOD_STORED ? content : inflateRawSync(content);
}
