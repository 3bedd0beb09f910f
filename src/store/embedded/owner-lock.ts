import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from './errors.ts';

/** `orrery` in ASCII; held in the `postgres` database, where nothing else takes advisory locks. */
const OWNER_LOCK_KEY = '122537336205945';
const APPLICATION_PREFIX = 'orrery-owner-';
/** A killed predecessor's session ends within milliseconds of it; this is for a machine under load. */
const PATIENCE_MS = 1_000;
const RETRY_INTERVAL_MS = 50;

/**
 * The proof that this process alone uses a data directory: a session-level advisory lock in the database itself. The
 * kernel closes the session of a process that dies, however it dies, so the lock cannot be left behind, cannot be
 * mistaken for a reused process id's, and cannot be taken by two.
 */
export class OwnerLock {
  readonly #client: pg.Client;
  #released = false;

  private constructor(client: pg.Client) {
    this.#client = client;
    // Ignored: a broken session also ends, and `end` is what we listen to.
    client.on('error', () => undefined);
  }

  /** Takes the lock, or throws one sentence naming the process that has it. */
  static async acquire(adminUrl: string, dataDirectory: string): Promise<OwnerLock> {
    const client = new pg.Client({
      connectionString: adminUrl,
      application_name: `${APPLICATION_PREFIX}${process.pid}`,
      keepAlive: true,
    });
    const lock = new OwnerLock(client);
    await client.connect();
    try {
      await lock.#take(dataDirectory);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #take(dataDirectory: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await this.#tryOnce())) {
      if (Date.now() < deadline) {
        await delay(RETRY_INTERVAL_MS);
        continue;
      }
      const holder = await this.#holderPid();
      throw new EmbeddedPostgresError(
        `Another Orrery${holder ? ` (process ${holder})` : ''} is using ${dataDirectory}; stop it first, or choose another data directory with --data-dir (and another port with --port).`,
      );
    }
  }

  async #tryOnce(): Promise<boolean> {
    const result = await this.#client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1::bigint) as taken',
      [OWNER_LOCK_KEY],
    );
    return result.rows[0]?.taken === true;
  }

  async #holderPid(): Promise<string | undefined> {
    const { rows } = await this.#client.query<{ name: string }>(
      `select a.application_name as name
         from pg_locks l
         join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory'
          and l.granted
          and (l.classid::bigint << 32) + l.objid::bigint = $1::bigint`,
      [OWNER_LOCK_KEY],
    );
    return rows[0]?.name.slice(APPLICATION_PREFIX.length);
  }

  /** Calls back once if the session ends other than by {@link release}: the lock is lost with it. */
  onLost(callback: () => void): void {
    this.#client.once('end', () => {
      if (!this.#released) callback();
    });
  }

  /** Gives the lock up. */
  async release(): Promise<void> {
    this.#released = true;
    await this.#client.end().catch(() => {
      // Ignored: the session is gone already, and the lock with it.
    });
  }
}
