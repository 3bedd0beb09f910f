import { FileError } from '../../files/file-error.ts';
import { absolutePath } from '../../files/paths.ts';
import { ByteReader } from '../byte-reader.ts';
import { Pipe } from '../pipe.ts';
import type { Process } from '../process.ts';

/** What a program is called in its messages. */
export function nameOf({ args }: Process): string {
  const [name = ''] = args;
  return name.slice(name.lastIndexOf('/') + 1);
}

export async function print({ stdout }: Process, text: string): Promise<void> {
  await stdout.write(Buffer.from(text));
}

/** Says on stderr what went wrong; returns the exit code. */
export async function fail(process: Process, message: string, exitCode = 1): Promise<number> {
  await process.stderr.write(Buffer.from(`${nameOf(process)}: ${message}\n`));
  return exitCode;
}

export function pathIn({ cwd }: Process, path: string): string {
  return absolutePath(cwd, path);
}

/** Does `work` for each operand and goes on after those that fail with a file's error; 1 when any did. */
export async function eachOperand(
  process: Process,
  operands: readonly string[],
  work: (operand: string, path: string) => Promise<void> | void,
  describe: (operand: string) => string = (operand) => operand,
): Promise<number> {
  let exitCode = 0;
  for (const operand of operands) {
    try {
      await work(operand, pathIn(process, operand));
    } catch (thrown) {
      if (!(thrown instanceof FileError)) throw thrown;
      exitCode = await fail(process, `${describe(operand)}: ${thrown.message}`);
    }
  }
  return exitCode;
}

/** Opens each operand for reading in turn, `-` and none at all being stdin; 1 when any could not be. */
export function eachInput(
  process: Process,
  operands: readonly string[],
  work: (input: ByteReader, operand: string) => Promise<void>,
): Promise<number> {
  const names = operands.length === 0 ? ['-'] : operands;
  return eachOperand(
    process,
    names,
    (operand, path) =>
      work(operand === '-' ? process.stdin : readerOf(process.machine.files.read(path)), operand),
    (operand) => `can't open '${operand}'`,
  );
}

/** The bytes as if they came from somewhere. */
export function readerOf(data: Uint8Array): ByteReader {
  const pipe = new Pipe();
  // Nobody else writes: whether there was room is of no interest.
  void pipe.write(data);
  pipe.end();
  return new ByteReader(pipe);
}
