/** The tar format, as far as `kubectl cp` and people at a shell need it: POSIX ustar with pax and GNU long names. */

const BLOCK = 512;
const MAX_NAME = 100;
const MAX_HEADER_FILE_BYTES = 65_536;

export interface TarEntry {
  /** Relative, without a slash at its end. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly modifiedMs: number;
  readonly data: Uint8Array;
  /** Of a link. */
  readonly target: string;
}

export class TarError extends Error {
  override readonly name = 'TarError';
}

const TYPE_FLAGS = { file: '0', link: '2', directory: '5' } as const;

/** An entry as the blocks of an archive. */
export function encodeTarEntry(entry: TarEntry): Uint8Array {
  const name = entry.kind === 'directory' ? `${entry.name}/` : entry.name;
  const isLong = Buffer.byteLength(name) > MAX_NAME || Buffer.byteLength(entry.target) > MAX_NAME;
  const blocks: Uint8Array[] = isLong ? [paxHeader(name, entry.target)] : [];
  blocks.push(header({ ...entry, name, type: TYPE_FLAGS[entry.kind], size: entry.data.length }));
  blocks.push(entry.data, padding(entry.data.length));
  return Buffer.concat(blocks);
}

/** What ends an archive. */
export function endOfTar(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

interface Header extends Pick<TarEntry, 'name' | 'mode' | 'modifiedMs' | 'target'> {
  readonly type: string;
  readonly size: number;
}

function header({ mode, modifiedMs, name, size, target, type }: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, MAX_NAME);
  writeOctal(block, mode & 0o7777, 100, 8);
  writeOctal(block, 0, 108, 8);
  writeOctal(block, 0, 116, 8);
  writeOctal(block, size, 124, 12);
  writeOctal(block, Math.max(0, Math.floor(modifiedMs / 1_000)), 136, 12);
  block.write(type, 156);
  block.write(target, 157, MAX_NAME);
  block.write('ustar\u000000', 257);
  block.write('root', 265);
  block.write('root', 297);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function writeOctal(block: Buffer, value: number, at: number, length: number): void {
  block.write(value.toString(8).padStart(length - 1, '0'), at, length - 1);
}

function paxHeader(path: string, target: string): Buffer {
  const records = Buffer.from(
    paxRecord('path', path) + (target ? paxRecord('linkpath', target) : ''),
  );
  const common = { name: 'PaxHeaders/0', mode: 0o644, modifiedMs: 0, target: '' };
  return Buffer.concat([
    header({ ...common, type: 'x', size: records.length }),
    records,
    padding(records.length),
  ]);
}

/** Its length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + 1;
  while (String(length).length + bytes !== length) length = String(length).length + bytes;
  return length + rest;
}

function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Entries of an archive as they come. @param maxFileBytes of one file @throws {TarError} */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  maxFileBytes: number,
): AsyncGenerator<TarEntry> {
  const blocks = new BlockReader(source);
  let overrides: Overrides = {};
  for (
    let part = await readPart(blocks, maxFileBytes);
    part;
    part = await readPart(blocks, maxFileBytes)
  ) {
    if (isAboutNext(part.type)) {
      overrides = { ...overrides, ...overridesOf(part.type, part.data) };
      continue;
    }
    const entry = toEntry(part, overrides);
    overrides = {};
    if (entry) yield entry;
  }
  await blocks.drain();
}

/** What a header that goes before an entry says of it. */
interface Overrides {
  readonly path?: string;
  readonly linkpath?: string;
}

interface TarPart extends Header {
  readonly data: Buffer;
}

const isAboutNext = (type: string): boolean => 'xgLK'.includes(type);

/** A header with what follows it; undefined at the end of the archive. */
async function readPart(blocks: BlockReader, maxFileBytes: number): Promise<TarPart | undefined> {
  const block = await blocks.take(BLOCK);
  if (!block || block.every((byte) => byte === 0)) return undefined;
  const parsed = parseHeader(block);
  if (parsed.size > (isAboutNext(parsed.type) ? MAX_HEADER_FILE_BYTES : maxFileBytes)) {
    throw new TarError(`${parsed.name}: No space left on device`);
  }
  const data = await blocks.take(parsed.size);
  if (!data) throw new TarError('short read');
  await blocks.take(padding(parsed.size).length);
  return { ...parsed, data };
}

function toEntry(part: TarPart, { linkpath, path = part.name }: Overrides): TarEntry | undefined {
  const kind = kindOf(part.type, path);
  if (!kind) return undefined;
  const { data, mode, modifiedMs } = part;
  return {
    name: path.replace(/\/+$/, ''),
    kind,
    data,
    mode,
    modifiedMs,
    target: linkpath ?? part.target,
  };
}

function kindOf(type: string, name: string): TarEntry['kind'] | undefined {
  if (type === '5' || (name.endsWith('/') && type !== '2')) return 'directory';
  if (type === '0' || type === '\u0000' || type === '7') return 'file';
  return type === '2' ? 'link' : undefined;
}

function parseHeader(block: Buffer): Header {
  const expected = octal(block, 148, 8);
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== expected) throw new TarError('invalid tar header');
  const prefix = block.toString('latin1', 257, 262) === 'ustar' ? text(block, 345, 155) : '';
  const name = text(block, 0, MAX_NAME);
  return {
    name: prefix ? `${prefix}/${name}` : name,
    mode: octal(block, 100, 8) & 0o777,
    size: octal(block, 124, 12),
    modifiedMs: octal(block, 136, 12) * 1_000,
    type: String.fromCharCode(block[156] ?? 0),
    target: text(block, 157, MAX_NAME),
  };
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function octal(block: Buffer, at: number, length: number): number {
  const value = Number.parseInt(text(block, at, length).trim() || '0', 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new TarError('invalid tar header');
  return value;
}

function overridesOf(type: string, data: Buffer): Overrides {
  const whole = data.toString();
  if (type === 'L') return { path: whole.replace(/\0+$/, '') };
  if (type === 'K') return { linkpath: whole.replace(/\0+$/, '') };
  if (type === 'g') return {};
  const path = /(?:^|\n)\d+ path=([^\n]*)/.exec(whole)?.[1];
  const linkpath = /(?:^|\n)\d+ linkpath=([^\n]*)/.exec(whole)?.[1];
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
  };
}

/** Cuts a source into pieces of given sizes. */
class BlockReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Undefined where the source ends before. */
  async take(size: number): Promise<Buffer | undefined> {
    const chunks: Uint8Array[] = [this.#rest];
    let bytes = this.#rest.length;
    while (bytes < size) {
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      chunks.push(value);
      bytes += value.length;
    }
    const all = chunks.length === 1 ? this.#rest : Buffer.concat(chunks);
    this.#rest = all.subarray(size);
    return all.subarray(0, size);
  }

  /** Reads what pads the archive's end, so that its writer is done too. */
  async drain(): Promise<void> {
    for (let next = await this.#source.next(); !next.done; next = await this.#source.next());
  }
}
