import fs from 'node:fs';
import type { Command } from 'commander';
import { CliError, EXIT_INTERRUPTED, exitWith } from '../cli-error.ts';
import type { CliCommand } from '../command.ts';
import { ProgressLine } from '../output/progress-line.ts';
import { findRunning, isAlive, pidFileOf, readPid, waitUntil } from '../server/process.ts';

interface DownOptions {
  readonly timeout: string;
}

export const downCommand: CliCommand<DownOptions> = {
  setup(command: Command): void {
    command
      .option('--timeout <seconds>', 'how long it may take', '30')
      .addHelpText('after', '\nExamples:\n  orrery down\n  orrery down --data-dir /tmp/second');
  },
  async run(context, _args, { timeout }): Promise<void> {
    const { dataDirectory } = context.connection;
    const pid = findRunning(dataDirectory);
    if (pid === undefined) {
      // Left behind by a control plane that was killed.
      if (readPid(dataDirectory) !== undefined)
        fs.rmSync(pidFileOf(dataDirectory), { force: true });
      context.warn(`No control plane runs on ${dataDirectory}.`);
      return;
    }
    const progress = new ProgressLine(context.environment.stderr);
    progress.show('Stopping ...');
    terminate(pid);
    const isGone = await waitUntil(() => !isAlive(pid), {
      timeoutMs: Number(timeout) * 1000,
      signal: context.signal,
    });
    progress.clear();
    if (context.signal.aborted) throw exitWith(EXIT_INTERRUPTED);
    if (!isGone)
      throw new CliError(`the control plane (process ${pid}) is still stopping after ${timeout} s`);
    context.print('Stopped. Everything is kept: "orrery up" goes on with it.');
  },
};

/** @throws {CliError} when it is not ours to stop */
function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    // Gone in the meantime: that is what was wanted.
    if (code === 'ESRCH') return;
    throw new CliError(
      `the control plane (process ${pid}) cannot be stopped (${code}): it belongs to another user`,
    );
  }
}
