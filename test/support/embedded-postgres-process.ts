// A process of its own that starts an embedded PostgreSQL, prints its URL and waits to be killed or told to stop:
//   tsx embedded-postgres-process.ts DATA_DIRECTORY [SHARED_DIRECTORY]

import { toError } from '../../src/lib/errors.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';

const [dataDirectory = '', sharedDirectory] = process.argv.slice(2);

try {
  const postgres = await startEmbeddedPostgres({
    dataDirectory,
    durable: false,
    ...(sharedDirectory ? { sharedDirectory } : {}),
  });
  process.stdout.write(`${postgres.url}\n`);
  process.once('SIGTERM', () => void postgres.stop());
} catch (error) {
  process.stderr.write(`${toError(error).message}\n`);
  process.exitCode = 1;
}
