import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** PostgreSQL's one-byte type "char", which its catalogs use everywhere and the adapter does not know. */
const CHAR_OID = 18;
const TEXT_OID = 25;

/**
 * Connects the schema engine to PostgreSQL through Prisma's own driver adapter, with two corrections that migrations
 * need: catalog columns of type "char" are read, and a script goes to the server whole, since cutting it at each
 * semicolon would cut function bodies.
 */
export class MigrationAdapterFactory {
  provider = 'postgres';
  adapterName = '@orrery/migration-adapter';
  #url;

  constructor(url) {
    this.#url = url;
  }

  async connect() {
    return correct(await connectTo(this.#url));
  }

  /** An empty database in which the engine replays migrations to see what they amount to. */
  async connectToShadowDb() {
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    await runOnce(this.#url, `create database ${pg.escapeIdentifier(name)}`);
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    const adapter = correct(await connectTo(url.href));
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await runOnce(this.#url, `drop database ${pg.escapeIdentifier(name)}`);
    };
    return adapter;
  }
}

/** Runs one script on a connection of its own. */
export async function runOnce(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function connectTo(url) {
  return new PrismaPg({ connectionString: url, max: 1 }).connect();
}

function correct(adapter) {
  const { queryRaw, startTransaction } = adapter;
  adapter.queryRaw = (query) => queryWithChars(adapter, queryRaw, query);
  if (adapter.executeScript) {
    adapter.executeScript = async (script) => void (await adapter.underlyingDriver().query(script));
  }
  if (startTransaction) {
    adapter.startTransaction = async (level) =>
      correct(await startTransaction.call(adapter, level));
  }
  return adapter;
}

/** Shows the adapter "char" columns as text, and the engine as the characters that they are. */
async function queryWithChars(adapter, queryRaw, query) {
  const result = await adapter.performIO(query);
  const chars = result.fields.flatMap((field, index) =>
    field.dataTypeID === CHAR_OID ? [index] : [],
  );
  for (const index of chars) result.fields[index].dataTypeID = TEXT_OID;
  const answered = Object.create(adapter, { performIO: { value: async () => result } });
  const answer = await queryRaw.call(answered, query);
  for (const index of chars) answer.columnTypes[index] = ColumnTypeEnum.Character;
  return answer;
}
