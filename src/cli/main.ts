/**
 * The `orrery` command: a client like any other, that speaks GraphQL over the wire.
 *
 * `commands/` has one file a command; {@link runCli} finds and runs it.
 */
import { EXIT_INTERRUPTED } from './cli-error.ts';
import { packageRoot } from './package-root.ts';
import { runCli } from './program.ts';

const interrupt = new AbortController();
// The first Ctrl-C lets the command end by itself; the second does not wait for it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(EXIT_INTERRUPTED);
    interrupt.abort();
  });
}
// Whoever reads our output has had enough, as in `orrery get pods | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli({
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  packageRoot: packageRoot(),
  argv: process.argv.slice(2),
  signal: interrupt.signal,
  now: Date.now,
});
