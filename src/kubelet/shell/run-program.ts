import { FileError } from '../files/file-error.ts';
import { absolutePath } from '../files/paths.ts';
import { BrokenPipeError, EXIT_BROKEN_PIPE } from './pipe.ts';
import type { Process, Program } from './process.ts';

export const EXIT_NOT_FOUND = 127;

/** Finds the program that `args` call and runs it to its end. Failures are told on stderr, as a shell does. */
export async function runProgram(process: Process): Promise<number> {
  const [name = ''] = process.args;
  const program = findProgram(process, name);
  if (!program) {
    await process.stderr.write(Buffer.from(`sh: ${name}: not found\n`));
    return EXIT_NOT_FOUND;
  }
  try {
    return await program(process);
  } catch (thrown) {
    if (thrown instanceof BrokenPipeError) return EXIT_BROKEN_PIPE;
    if (!(thrown instanceof FileError)) throw thrown;
    await process.stderr.write(Buffer.from(`${name}: ${thrown.message}\n`));
    return 1;
  }
}

/** By its name where that is on the PATH, or by its path where there is a file of it. */
export function findProgram(
  { cwd, machine }: Pick<Process, 'cwd' | 'machine'>,
  name: string,
): Program | undefined {
  if (!name.includes('/')) return machine.program(name);
  const path = absolutePath(cwd, name);
  if (machine.files.lookUp(path)?.kind !== 'file') return undefined;
  return machine.program(path.slice(path.lastIndexOf('/') + 1));
}
