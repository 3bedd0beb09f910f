import path from 'node:path';
import type { Config } from '../config.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { createDatabaseIfMissing } from '../store/create-database.ts';
import { startEmbeddedPostgres } from '../store/embedded/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import { ConfigError } from './option-values.ts';

/** A migrated database, ready for the store and the queues. */
export interface Database {
  readonly url: string;
  /** Nobody else works on it: it is embedded in this process. */
  readonly isEmbedded: boolean;
  /** Resolves when it is lost for good; never for a server that is not ours. */
  readonly failure: Promise<Error>;
  stop(): Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'dataDirectory'>;
  readonly logger: Logger;
  readonly onProgress: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Starts the embedded PostgreSQL, or takes the one that `DATABASE_URL` names, and applies the migrations. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const database = await connect(options);
  try {
    options.onProgress('Applying migrations');
    await migrate({ url: database.url, logger: options.logger });
  } catch (thrown) {
    await database.stop();
    throw thrown;
  }
  return database;
}

async function connect(options: OpenDatabaseOptions): Promise<Database> {
  const { config, logger, onProgress, signal } = options;
  if (config.databaseUrl !== undefined) {
    onProgress('Connecting to PostgreSQL');
    const url = config.databaseUrl;
    await reachServer(url);
    const never = new Promise<Error>(() => undefined);
    return { url, isEmbedded: false, failure: never, stop: () => Promise.resolve() };
  }
  onProgress('Starting PostgreSQL');
  const dataDirectory = path.join(config.dataDirectory, 'postgres');
  const server = await startEmbeddedPostgres({
    dataDirectory,
    logger,
    ...(signal ? { signal } : {}),
  });
  return {
    url: server.url,
    isEmbedded: true,
    failure: server.failure,
    stop: () => server.stop(),
  };
}

const POSTGRES_PROTOCOLS = ['postgres:', 'postgresql:'];

/** The user's own server is the user's to mend: what is wrong with it is one sentence, without its password. */
async function reachServer(url: string): Promise<void> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !POSTGRES_PROTOCOLS.includes(parsed.protocol)) {
    throw new ConfigError(
      'DATABASE_URL is not the URL of a PostgreSQL server: give one such as postgres://user:password@127.0.0.1:5432/orrery',
    );
  }
  try {
    await createDatabaseIfMissing(url);
  } catch (thrown) {
    const { host, pathname } = parsed;
    throw new ConfigError(
      `cannot use the PostgreSQL server of DATABASE_URL (${host}${pathname}): ${toError(thrown).message}; see that it runs, and that its user may use or create the database`,
    );
  }
}
