/** A server process: settings in, a running control plane out, signals heeded. Loading this file starts it. */

import pc from 'picocolors';
import { destination, pino } from 'pino';
import { greeting } from './composition/greeting.ts';
import { ConfigError } from './composition/option-values.ts';
import { type Config, defaultDataDirectory, readConfig, USAGE } from './config.ts';
import { openDataDirectory, publishProcessId } from './data-directory.ts';
import { toError } from './lib/errors.ts';
import type { Logger } from './lib/logger.ts';
import { EmbeddedPostgresError } from './store/embedded/errors.ts';
import { MigrationError } from './store/migrate.ts';
import { packageRoot } from './store/package-root.ts';

/** What packages will drop one day is for this project's tests to show, not for its users' terminals. */
process.noDeprecation = true;
/** For packages, which read it when they are loaded: graphql coerces input in fewer steps then. */
process.env.NODE_ENV ??= 'production';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** A stop that takes longer is ended by force; what was acknowledged is in the database already. */
const STOP_TIMEOUT_MS = 20_000;
/** The longest that Node.js knows. */
const FOREVER_MS = 2_147_483_647;

async function main(): Promise<void> {
  const config = readConfig({
    args: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    packageRoot: packageRoot(),
  });
  if (config === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  await run(config);
}

async function run(config: Config): Promise<void> {
  const startedAt = performance.now();
  // Waiting for a PostgreSQL that is away holds no process; without this it would end there, and say nothing.
  setInterval(() => undefined, FOREVER_MS);
  const abort = new AbortController();
  const stopped = onFirstSignal(() => abort.abort());
  openDataDirectory(config.dataDirectory);
  const { startControlPlane } = await import('./control-plane.ts');
  const onProgress = (message: string): void => say(pc.dim(`  ${message} ...`));
  const plane = await startControlPlane({
    config,
    logger: createLogger(config),
    onProgress,
    signal: abort.signal,
  }).catch((thrown: unknown) => {
    // Ctrl-C reaches child processes as well, whose end looks like a failure of theirs.
    throw abort.signal.aborted ? abort.signal.reason : thrown;
  });
  const withdraw = publishProcessId(config.dataDirectory);
  say(
    greeting({
      config,
      defaultDataDirectory: defaultDataDirectory(packageRoot()),
      url: plane.url,
      secureUrl: plane.secureUrl,
      token: plane.token,
      tookMs: performance.now() - startedAt,
    }),
  );
  const failure = await Promise.race([stopped, plane.failure]);
  say(failure ? `Stopping: ${failure.message}` : '\nStopping ...');
  setTimeout(() => process.exit(EXIT_FAILURE), STOP_TIMEOUT_MS).unref();
  await plane.stop();
  withdraw();
  say('Stopped. Everything is kept; start again to go on.');
  process.exit(failure ? EXIT_FAILURE : 0);
}

/** Resolves at the first SIGINT or SIGTERM; the second ends the process at once. */
function onFirstSignal(heed: () => void): Promise<undefined> {
  return new Promise((resolve) => {
    let signals = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (++signals > 1) process.exit(EXIT_FAILURE);
        heed();
        resolve(undefined);
      });
    }
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function createLogger({ logLevel }: Config): Logger {
  const logger = pino(
    {
      name: 'orrery',
      level: logLevel,
      serializers: { error: pino.stdSerializers.err },
    },
    destination({ dest: 2, sync: true }),
  );
  return adapt(logger);
}

function adapt(logger: pino.Logger): Logger {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    child: (fields) => adapt(logger.child(fields)),
  };
}

/** A user's mistake is one sentence; anything else is a fault of ours, with its stack. */
function explain(thrown: unknown): { text: string; exitCode: number } {
  const error = toError(thrown);
  if (error instanceof ConfigError) {
    return { text: `orrery: ${error.message}`, exitCode: EXIT_USAGE };
  }
  if (error instanceof EmbeddedPostgresError || error instanceof MigrationError) {
    return { text: `orrery: ${error.message}`, exitCode: EXIT_FAILURE };
  }
  if (error.name === 'AbortError') {
    return { text: 'Stopped before it was up; start again to go on.', exitCode: EXIT_FAILURE };
  }
  return { text: `orrery: cannot start: ${error.stack ?? error.message}`, exitCode: EXIT_FAILURE };
}

try {
  await main();
} catch (thrown) {
  const { text, exitCode } = explain(thrown);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}
