import type { ByteSink } from '../../lib/container-streams.ts';
import { FileError } from '../files/file-error.ts';
import type { FileTree } from '../files/file-tree.ts';
import { absolutePath } from '../files/paths.ts';
import { ByteReader } from './byte-reader.ts';
import { Pipe } from './pipe.ts';
import type { Process } from './process.ts';
import type { Redirect } from './syntax.ts';

/** What a command reads and writes. */
export type Channels = Pick<Process, 'stdin' | 'stdout' | 'stderr'>;

/** A redirect whose words are filled in. */
type OpenRedirect = Omit<Redirect, 'target'> & { readonly target: string };

interface OpenedChannels {
  readonly channels: Channels;
  /** Writes what is still to be written. @throws {FileError} ENOSPC */
  close(): void;
}

/** What a command reads and writes after its redirects; undefined, after a message, where one cannot be opened. */
export async function openRedirects(
  { cwd, files }: { readonly files: FileTree; readonly cwd: string },
  channels: Channels,
  redirects: readonly OpenRedirect[],
): Promise<OpenedChannels | undefined> {
  let current: Channels = channels;
  const writers: FileWriter[] = [];
  const open = (path: string, isAppended: boolean): ByteSink => {
    const writer = new FileWriter(files, absolutePath(cwd, path), isAppended);
    writers.push(writer);
    return writer;
  };
  for (const redirect of redirects) {
    try {
      current = redirected(current, redirect, {
        open,
        read: (path) => files.read(absolutePath(cwd, path)),
      });
    } catch (thrown) {
      if (!(thrown instanceof FileError)) throw thrown;
      const action = redirect.mode === 'read' ? 'open' : 'create';
      await channels.stderr.write(
        Buffer.from(`sh: can't ${action} ${redirect.target}: ${thrown.message}\n`),
      );
      return undefined;
    }
  }
  const close = (): void => {
    for (const writer of writers) writer.close();
  };
  return { channels: current, close };
}

interface Openers {
  open(path: string, isAppended: boolean): ByteSink;
  read(path: string): Uint8Array;
}

function redirected(current: Channels, redirect: OpenRedirect, openers: Openers): Channels {
  const { descriptor, mode, target } = redirect;
  switch (mode) {
    case 'here':
      return { ...current, stdin: readerOf(Buffer.from(target)) };
    case 'read':
      return { ...current, stdin: readerOf(openers.read(target)) };
    case 'duplicate':
      return withOutput(current, descriptor, target === '2' ? current.stderr : current.stdout);
    default:
      return withOutput(current, descriptor, openers.open(target, mode === 'append'));
  }
}

function withOutput(current: Channels, descriptor: number, sink: ByteSink): Channels {
  return descriptor === 2 ? { ...current, stderr: sink } : { ...current, stdout: sink };
}

function readerOf(data: Uint8Array): ByteReader {
  const pipe = new Pipe();
  void pipe.write(data);
  pipe.end();
  return new ByteReader(pipe);
}

const FLUSH_BYTES = 64 * 1024;

/** Writes to a file, which is there from the beginning; what is written gets there in larger pieces, or at the end. */
class FileWriter implements ByteSink {
  readonly #files: FileTree;
  readonly #path: string;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** @throws {FileError} */
  constructor(files: FileTree, path: string, isAppended: boolean) {
    this.#files = files;
    this.#path = path;
    if (isAppended) files.append(path, new Uint8Array());
    else files.write(path, new Uint8Array());
  }

  /** @throws {FileError} ENOSPC */
  write(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= FLUSH_BYTES) this.close();
  }

  /** @throws {FileError} ENOSPC */
  close(): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    if (chunks.length > 0) this.#files.append(this.#path, Buffer.concat(chunks));
  }
}
