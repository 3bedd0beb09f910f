import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { type Logger, silentLogger } from '../../src/lib/logger.ts';
import { type Random, seededRandom } from '../../src/lib/random.ts';
import { createTestDatabase } from './database.ts';

/** What a table of telemetry is made of. */
interface TableOptions {
  readonly url: string;
  readonly ioClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A table of telemetry in a database of its own. */
export async function startTable<Table extends { close(): Promise<void> }>(
  Kind: new (options: TableOptions) => Table,
): Promise<{ readonly table: Table } & AsyncDisposable> {
  const database = await createTestDatabase();
  const table = new Kind({
    url: database.url,
    ioClock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
  });
  const dispose = async (): Promise<void> => {
    await table.close();
    await database[Symbol.asyncDispose]();
  };
  return { table, [Symbol.asyncDispose]: dispose };
}
