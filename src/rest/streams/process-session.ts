import type { ProcessConnection, ProcessRequest } from '../../apiserver/client.ts';
import type { ByteSink, ByteSource, TerminalSize } from '../../lib/container-streams.ts';
import { exitStatus, failureStatus } from './exit-status.ts';

/** Where a process meets its client, whatever carries the streams. */
export interface ProcessEnds {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly terminalSize: () => TerminalSize | undefined;
}

/** Runs the process; resolves to the Status that tells its client how it went. */
export async function runProcess(
  connect: ProcessConnection,
  { command = [], subresource }: ProcessRequest,
  { stderr, stdin, stdout, terminalSize }: ProcessEnds,
  signal: AbortSignal,
): Promise<object> {
  try {
    const exitCode = await connect({ stdin, stdout, stderr, terminalSize }, signal);
    return exitStatus(exitCode, command);
  } catch (thrown) {
    const action =
      subresource === 'exec' ? 'executing command in container' : 'attaching to container';
    return failureStatus(thrown, action);
  }
}

const MAX_CELLS = 10_000;

/** What a client says of its terminal; undefined for what is no size. */
export function parseTerminalSize(text: string): TerminalSize | undefined {
  try {
    const { Height: rows, Width: columns } = JSON.parse(text) as Record<string, unknown>;
    return isSide(rows) && isSide(columns) ? { columns, rows } : undefined;
  } catch {
    // Ignored: a size that cannot be read changes nothing.
    return undefined;
  }
}

const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_CELLS;
