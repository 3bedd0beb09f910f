import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '../../lib/deferred.ts';
import { toError } from '../../lib/errors.ts';
import { type Logger, silentLogger } from '../../lib/logger.ts';
import { createDatabaseIfMissing } from '../create-database.ts';
import { EmbeddedPostgresError } from './errors.ts';
import {
  databaseUrl,
  isLostConnection,
  type LaunchedServer,
  type LaunchOptions,
  launchServer,
  lockServer,
} from './launch.ts';
import { hasExited, sendSignal, stopPostmaster } from './postmaster.ts';
import { type Installation, prepareInstallation } from './prepare.ts';

/**
 * The embedded PostgreSQL: a real server from npm's platform packages, run as a child on a folder of ours.
 *
 * Its life: `prepare.ts` makes the folder fit (once: `cluster.ts` initialises it, `cluster-location.ts` says where),
 * `launch.ts` starts the server and takes the owner lock, this file watches it until {@link EmbeddedPostgres.stop}.
 *
 * Invariants: at most one process uses a data directory; every server runs with our settings; nothing but the data
 * directory's owner can connect (loopback, SCRAM, a random password that only the owner can read).
 */
export interface EmbeddedPostgresOptions {
  /** Made when missing. Everything that is kept lies here, or is pointed at from here. */
  readonly dataDirectory: string;
  /** @default the port of the last start, at first any free one */
  readonly port?: number;
  /** False trades the data for speed: a crash of the machine may lose it. For tests. @default true */
  readonly durable?: boolean;
  /** @default 200 */
  readonly maxConnections?: number;
  /** Where root's clusters and binaries go when the server's account cannot enter them. @default /var/lib/orrery */
  readonly sharedDirectory?: string;
  /** @default silent */
  readonly logger?: Logger;
  /** Gives up starting. It does not stop a server that has started. */
  readonly signal?: AbortSignal;
}

const DATABASE = 'orrery';
const STOP_TIMEOUT_MS = 30_000;
/** A server that keeps dying has a reason that starting it once more does not remove. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const RESTART_DELAY_MS = 100;

/**
 * Starts PostgreSQL on the data directory, initialising it the first time; the database of the returned `url` exists.
 *
 * @throws {EmbeddedPostgresError} one sentence with the remedy, for whatever the user can do something about
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDirectory, sharedDirectory = '/var/lib/orrery', signal } = options;
  const { durable = true, logger = silentLogger } = options;
  const prepared = { dataDirectory, sharedDirectory, durable, logger };
  const installation = await prepareInstallation(prepared);
  const launchOptions = {
    port: options.port,
    durable,
    maxConnections: options.maxConnections ?? 200,
    logger,
    signal,
  };
  const server = await launchServer(installation, launchOptions);
  const postgres = new EmbeddedPostgres(installation, launchOptions, server);
  try {
    await createDatabaseIfMissing(postgres.url);
    return postgres;
  } catch (error) {
    await postgres.stop();
    if (!isLostConnection(error)) throw error;
    throw new EmbeddedPostgresError(
      `Another Orrery started on ${dataDirectory} at the same moment and took it over; use that one, or choose another data directory with --data-dir.`,
      { cause: error },
    );
  }
}

/** A running embedded PostgreSQL. Started again, on the same port, when it dies while it is wanted. */
export class EmbeddedPostgres implements AsyncDisposable {
  /** The connection string, for node-postgres, Prisma and BullMQ alike. It holds the password: never log it. */
  readonly url: string;
  readonly #installation: Installation;
  readonly #options: LaunchOptions;
  readonly #failure = deferred<Error>();
  #server: LaunchedServer;
  #restarts: number[] = [];
  #stopping: Promise<void> | undefined;

  constructor(installation: Installation, options: LaunchOptions, server: LaunchedServer) {
    this.#installation = installation;
    // A restart must keep the port: the connection string is in use.
    this.#options = { ...options, port: server.port, signal: undefined };
    this.#server = server;
    this.url = databaseUrl(installation, server.port, DATABASE);
    process.once('exit', this.#stopOnExit);
    this.#watch(server);
  }

  /** The server's process id. */
  get pid(): number | undefined {
    return this.#server.child.pid;
  }

  /** Resolves, with the reason, when the server is gone for good although nobody stopped it. */
  get failure(): Promise<Error> {
    return this.#failure.promise;
  }

  /** Ends all sessions, writes everything out and waits for the server's end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    process.off('exit', this.#stopOnExit);
    const { child, lock } = this.#server;
    await lock.release();
    if (child.pid && !hasExited(child)) await stopPostmaster(child.pid, STOP_TIMEOUT_MS);
  }

  /** A process that ends without `stop` (an uncaught error) still tells the server, which then ends by itself. */
  readonly #stopOnExit = (): void => {
    if (this.pid && !hasExited(this.#server.child)) sendSignal(this.pid, 'SIGINT');
  };

  /** The lock's session ends whenever the server does, and also when someone ends just the session. */
  #watch({ lock }: LaunchedServer): void {
    lock.onLost(() => {
      if (this.#stopping !== undefined) return;
      this.#recover().catch((error) => {
        const reason = toError(error);
        this.#options.logger.error('PostgreSQL is gone', { error: reason });
        this.#failure.resolve(reason);
      });
    });
  }

  async #recover(): Promise<void> {
    const server = (await this.#lockAgain()) ?? (await this.#launchAgain());
    if (!server) return;
    this.#server = server;
    // Stopped while it was starting: stop() has seen the old server only.
    if (this.#stopping !== undefined) return this.#stop();
    this.#watch(server);
  }

  /** For a server that lives and only lost the lock's session. Undefined when the server has ended. */
  async #lockAgain(): Promise<LaunchedServer | undefined> {
    const { child, port } = this.#server;
    for (;;) {
      await delay(RESTART_DELAY_MS);
      if (hasExited(child) || this.#stopping !== undefined) return undefined;
      try {
        return { child, port, lock: await lockServer(this.#installation, port) };
      } catch (error) {
        // Ignored otherwise: after a crash of one session, PostgreSQL refuses connections until all are cleared.
        if (error instanceof EmbeddedPostgresError) throw error;
      }
    }
  }

  async #launchAgain(): Promise<LaunchedServer | undefined> {
    if (this.#stopping !== undefined) return undefined;
    const now = Date.now();
    this.#restarts = [...this.#restarts.filter((at) => now - at < RESTART_WINDOW_MS), now];
    if (this.#restarts.length > MAX_RESTARTS) {
      const { logFile } = this.#installation;
      throw new Error(`PostgreSQL died ${MAX_RESTARTS} times in a minute; its log is ${logFile}`);
    }
    this.#options.logger.warn('the embedded PostgreSQL ended unexpectedly; starting it again');
    return launchServer(this.#installation, this.#options);
  }
}
