import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { serviceUnavailable } from '../../scheme/errors.ts';
import { classifyFailure, translateError } from '../postgres/errors.ts';
import type { BatchOutcome } from '../postgres/queries/commit-writes.ts';
import type { RetryPause } from '../postgres/retry.ts';
import { toWriteColumns } from './batch.ts';
import type { Transaction } from './transaction.ts';
import type { WriterSession } from './writer-session.ts';

/** Transactions that were committed, or refused, by one statement. */
export interface SentBatch {
  readonly transactions: readonly Transaction[];
  readonly outcome: BatchOutcome | Error;
}

export interface BatchSenderOptions {
  readonly session: WriterSession;
  readonly pause: RetryPause;
  readonly logger: Logger;
}

/**
 * Brings a batch to a known end: committed exactly once, or not at all.
 *
 * - An answer that was lost is looked up after reconnecting. The batch is sent again only when it is known not to be
 *   committed, and then without those whose callers have gone.
 * - PostgreSQL away or busy: tries again, with growing pauses, for as long as a caller waits.
 * - A statement that PostgreSQL refuses (a text it cannot store) is taken apart, so that only the transaction at fault fails.
 */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #stopped = new AbortController();

  constructor(options: BatchSenderOptions) {
    this.#options = options;
  }

  /** Stops trying again; what is on its way to PostgreSQL still gets its answer. */
  giveUp(): void {
    this.#stopped.abort();
  }

  /** Never rejects. Transactions whose callers have gone may be missing from the result: they were not written. */
  async send(transactions: readonly Transaction[]): Promise<SentBatch[]> {
    let attempted = transactions;
    for (let failures = 1; ; failures++) {
      try {
        const recovered = await this.#options.session.recover();
        if (recovered) return [{ transactions: attempted, outcome: recovered }];
        if (failures > 1) attempted = attempted.filter(({ settled }) => !settled);
        if (attempted.length === 0) return [];
        return [{ transactions: attempted, outcome: await this.#commit(attempted) }];
      } catch (error) {
        if (error instanceof RefusedStatement) return this.#isolate(attempted, error);
        if (this.#stopped.signal.aborted)
          return [{ transactions: attempted, outcome: givenUp(error) }];
        await this.#waitBeforeRetry(failures, error);
      }
    }
  }

  async #commit(transactions: readonly Transaction[]): Promise<BatchOutcome> {
    try {
      return await this.#options.session.commit(toWriteColumns(transactions));
    } catch (error) {
      throw classifyFailure(error) === 'refused' ? new RefusedStatement(error) : error;
    }
  }

  async #isolate(
    transactions: readonly Transaction[],
    { cause }: RefusedStatement,
  ): Promise<SentBatch[]> {
    if (transactions.length === 1) return [{ transactions, outcome: translateError(cause) }];
    const middle = transactions.length >> 1;
    const first = await this.send(transactions.slice(0, middle));
    return first.concat(await this.send(transactions.slice(middle)));
  }

  async #waitBeforeRetry(failures: number, error: unknown): Promise<void> {
    const { pause, logger } = this.#options;
    logger.warn('commit failed, trying again', { failures, error: toError(error) });
    await pause.wait(failures, this.#stopped.signal);
  }
}

/** Marks what PostgreSQL refused in the batch itself, as against a connection that could not be made. */
class RefusedStatement extends Error {
  constructor(cause: unknown) {
    super('PostgreSQL refused the statement', { cause });
  }
}

function givenUp(cause: unknown): Error {
  return serviceUnavailable(
    'the store was stopped before PostgreSQL confirmed the write; read the object to learn whether it was written',
    { cause },
  );
}
