import { ErrorCode, type PgPool, PostgresQueueBackend } from 'bullmq';
import { systemClock } from '../lib/clock.ts';

/** What BullMQ tells a worker of the job that it got: the job, its id, and how long to wait when there is none. */
type Claim = Awaited<ReturnType<PostgresQueueBackend['moveToActive']>>;

interface Finish {
  readonly result: Claim | void;
  readonly finishedOn: number;
}

/**
 * Lets go of what is claimed under a token, or under any of a worker, save the jobs and the tokens that are named. Tokens are
 * a worker's id, a colon and a number.
 */
const GIVE_BACK = `
  with strays as (
    update job
       set state = 'waiting', lock_token = null, locked_until_ms = null, stalled_marked = false
     where queue = $1 and state = 'active' and starts_with(lock_token || ':', $2 || ':')
       and id <> all($3::text[]) and lock_token <> all($4::text[])
    returning 1
  )
  select pg_notify('bullmq_jobs', $1) from strays limit 1`;

/** A job is not there, not claimed, or claimed by somebody else. */
const GONE: ReadonlySet<number> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/**
 * BullMQ's backend, which by itself leaves jobs claimed that nobody works on when the server is lost: those whose claim was not
 * answered any more, and those whose end the server forgot. Their keys would wait until the lock has run out.
 *
 * A worker claims one job at a time under a token, and asks again under the same token. So what it does not know to be
 * claimed, and has no question under way about, is a stray, and is given back: as soon as the server is back, and where a
 * question was under way, when it is answered or asked again.
 */
export class ClaimKeeper extends PostgresQueueBackend {
  /** What is claimed under each token, as far as the server said; `undefined` while a question is under way. */
  readonly #claims = new Map<string, string | undefined>();
  /** Tokens that were in use when the server was lost: what is claimed under them is uncertain. */
  readonly #doubted = new Set<string>();
  #workerId: string | undefined;
  #recovering: Promise<void> = Promise.resolve();

  /** The server is lost. */
  doubt(): void {
    for (const token of this.#claims.keys()) this.#doubted.add(token);
  }

  /** The server is back. */
  recover(): void {
    if (this.#workerId === undefined) return;
    const claims = [...this.#claims];
    const known = claims.flatMap(([, id]) => id ?? []);
    const asking = claims.flatMap(([token, id]) => (id === undefined ? token : []));
    // Ignored: when the server is lost once more, it comes back once more.
    this.#recovering = this.#giveBack(this.#workerId, known, asking).catch(() => undefined);
  }

  override async close(force?: boolean): Promise<void> {
    await super.close(force);
    this.emit('close');
  }

  override async moveToActive(token: string, name?: string): Promise<Claim> {
    this.#workerId ??= token.slice(0, token.lastIndexOf(':'));
    return this.#ask(token, '', async () => {
      let claim: Claim = await super.moveToActive(token, name);
      while (this.#doubted.has(token)) {
        // The server was lost amid the question: who knows which one has answered.
        await this.#settle(token, '');
        claim = await super.moveToActive(token, name);
      }
      this.#note(token, claim);
      return claim;
    });
  }

  override moveToCompleted(
    ...args: Parameters<PostgresQueueBackend['moveToCompleted']>
  ): Promise<Finish> {
    const [{ id }, , , token, fetchNext] = args;
    return this.#finish(id, token, fetchNext, () => super.moveToCompleted(...args));
  }

  override moveToFailed(
    ...args: Parameters<PostgresQueueBackend['moveToFailed']>
  ): Promise<Finish> {
    const [{ id }, , , token, fetchNext] = args;
    return this.#finish(id, token, fetchNext, () => super.moveToFailed(...args));
  }

  #finish(
    id: string | undefined,
    token: string,
    fetchNext: boolean,
    finish: () => Promise<Finish>,
  ): Promise<Finish> {
    return this.#ask(token, id ?? '', async () => {
      const answer = await finish().catch(ignoreGone);
      if (answer && !this.#doubted.has(token)) {
        this.#note(token, answer.result);
        return answer;
      }
      const result = fetchNext ? await this.moveToActive(token) : await this.#settle(token, '');
      if (!fetchNext) this.#note(token);
      return { result, finishedOn: answer?.finishedOn ?? systemClock.now() };
    });
  }

  /** @param id What the worker has claimed under the token; empty when it has nothing. */
  async #ask<T>(token: string, id: string, question: () => Promise<T>): Promise<T> {
    // A job that is claimed meanwhile would be taken for a stray.
    await this.#recovering;
    this.#claims.set(token, undefined);
    try {
      if (this.#doubted.has(token)) await this.#settle(token, id);
      return await question();
    } catch (thrown) {
      // BullMQ asks again, under the same token, only when the server was lost.
      if (!this.#doubted.has(token)) this.#claims.delete(token);
      throw thrown;
    }
  }

  #note(token: string, claim?: Claim | void): void {
    const id: string = claim?.[1] ?? '';
    if (id) this.#claims.set(token, id);
    else this.#claims.delete(token);
  }

  async #settle(token: string, id: string): Promise<void> {
    this.#doubted.delete(token);
    try {
      await this.#giveBack(token, [id], []);
    } catch (thrown) {
      this.#doubted.add(token);
      throw thrown;
    }
  }

  async #giveBack(
    tokenOrWorker: string,
    known: readonly string[],
    asking: readonly string[],
  ): Promise<void> {
    const pool: PgPool = this.connection.pool;
    await pool.query(GIVE_BACK, [this.queueName, tokenOrWorker, [...known], [...asking]]);
  }
}

/** Ended before, or forgotten by the server, or another's by now: in no case this worker's to end. */
function ignoreGone(thrown: unknown): undefined {
  if (thrown instanceof Error && 'code' in thrown && GONE.has(Number(thrown.code))) return;
  throw thrown;
}
