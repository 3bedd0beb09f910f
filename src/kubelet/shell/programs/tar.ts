import type { ByteSink } from '../../../lib/container-streams.ts';
import type { MaybePromise } from '../../../lib/maybe-promise.ts';
import { FileError } from '../../files/file-error.ts';
import { gunzip, gzipTo } from '../../files/gzip.ts';
import { absolutePath, baseName, directoryName } from '../../files/paths.ts';
import { encodeTarEntry, endOfTar, readTar, type TarEntry, TarError } from '../../files/tar.ts';
import type { Process, Program } from '../process.ts';
import { type ParsedOptions, parseOptions } from './options.ts';
import { eachOperand, fail, pathIn, print, readerOf } from './program-io.ts';

const LONG = {
  create: 'c',
  extract: 'x',
  list: 't',
  file: 'f',
  directory: 'C',
  touch: 'm',
  'no-same-permissions': 'o',
  'no-same-owner': 'o',
  'no-overwrite-dir': 'o',
};
const MAX_FILE_BYTES = 8 * 1_048_576;

/** `tar` with `-c`, `-x` and `-t`. */
export const tar: Program = async (process) => {
  const options = parseOptions(withDash(process.args), {
    flags: 'cxtmpvoz',
    values: 'fC',
    long: LONG,
  });
  if (options.unknown) return fail(process, options.unknown);
  const cwd = pathIn(process, options.value('C') ?? '.');
  if (process.machine.files.find(cwd).kind !== 'directory') {
    return fail(process, `can't change directory to '${options.value('C')}': Not a directory`);
  }
  const there = { ...process, cwd };
  if (options.has('c')) return create(there, process, options);
  if (options.has('x') || options.has('t')) return extract(there, process, options);
  return fail(process, 'must specify one of -c, -x, -t');
};

/** The old way of writing `tar xf`. */
function withDash(args: readonly string[]): string[] {
  const [name = '', first = '', ...others] = args;
  return [name, first.startsWith('-') ? first : `-${first}`, ...others];
}

async function create(
  there: Process,
  { cwd, stdout }: Process,
  options: ParsedOptions,
): Promise<number> {
  const { files } = there.machine;
  const file = options.value('f') ?? '-';
  const path = absolutePath(cwd, file);
  if (file !== '-') files.write(path, new Uint8Array());
  const write = (data: Uint8Array): MaybePromise<void> =>
    file === '-' ? stdout.write(data) : files.append(path, data);
  let exitCode = 0;
  const writeAll = async (output: ByteSink): Promise<void> => {
    exitCode = await archiveOperands(there, options.operands, output);
  };
  await (options.has('z') ? gzipTo({ write }, writeAll) : writeAll({ write }));
  return exitCode;
}

async function archiveOperands(
  there: Process,
  operands: readonly string[],
  output: ByteSink,
): Promise<number> {
  const exitCode = await eachOperand(there, operands, async (operand, from) => {
    if (operand.startsWith('/'))
      await there.stderr.write(Buffer.from("tar: removing leading '/' from member names\n"));
    const name = operand.replace(/^\/+/, '').replace(/\/+$/, '') || '.';
    await archive(there, from, name, output);
  });
  await output.write(endOfTar());
  return exitCode;
}

async function archive(
  process: Process,
  path: string,
  name: string,
  output: ByteSink,
): Promise<void> {
  await process.budget.spend();
  const entry = process.machine.files.findLink(path);
  if (entry.kind === 'device') return;
  const { kind, mode, modifiedMs } = entry;
  const data = entry.kind === 'file' ? entry.data : new Uint8Array();
  const target = entry.kind === 'link' ? entry.target : '';
  await output.write(encodeTarEntry({ name, kind, mode, modifiedMs, data, target }));
  if (entry.kind !== 'directory') return;
  for (const child of [...entry.entries.keys()].sort()) {
    await archive(process, absolutePath(path, child), `${name}/${child}`, output);
  }
}

async function extract(there: Process, process: Process, options: ParsedOptions): Promise<number> {
  const file = options.value('f') ?? '-';
  const input =
    file === '-' ? process.stdin : readerOf(process.machine.files.read(pathIn(process, file)));
  const chunks = options.has('z') ? gunzip(chunksOf(input)) : chunksOf(input);
  try {
    for await (const entry of readTar(chunks, MAX_FILE_BYTES)) {
      await process.budget.spend();
      if (options.has('v') || options.has('t')) await print(process, `${entry.name}\n`);
      if (options.has('x')) unpack(there, entry, options.has('m'));
    }
    return 0;
  } catch (thrown) {
    if (isNotGzip(thrown)) return fail(process, 'not in gzip format');
    if (!(thrown instanceof TarError || thrown instanceof FileError)) throw thrown;
    return fail(process, thrown.message);
  }
}

const isNotGzip = (thrown: unknown): boolean =>
  /^Z_/.test(String((thrown as { code?: unknown }).code));

/** Nothing gets out of the directory: paths are cut to what is below it. */
function unpack({ cwd, machine }: Process, entry: TarEntry, isTouched: boolean): void {
  const { files } = machine;
  const path = absolutePath(cwd, `.${absolutePath('/', entry.name)}`);
  if (path === cwd) return;
  files.makeDirectories(directoryName(path));
  const modifiedMs = isTouched ? undefined : entry.modifiedMs;
  if (entry.kind === 'directory') files.makeDirectories(path);
  else if (entry.kind === 'file') files.write(path, entry.data, { mode: entry.mode, modifiedMs });
  else if (!files.list(directoryName(path)).includes(baseName(path)))
    files.link(path, entry.target);
}

async function* chunksOf(input: {
  read(): Promise<Uint8Array | undefined>;
}): AsyncGenerator<Uint8Array> {
  for (let chunk = await input.read(); chunk; chunk = await input.read()) yield chunk;
}
