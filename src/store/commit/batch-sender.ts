import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { serviceUnavailable } from '../../scheme/errors.ts';
import { classifyFailure, translateError } from '../postgres/errors.ts';
import type { BatchOutcome } from '../postgres/queries/commit-writes.ts';
import type { RetryPause } from '../postgres/retry.ts';
import { toWriteColumns } from './batch.ts';
import { isToBeSent, type Transaction } from './transaction.ts';
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
 *   committed, and then without those whose callers have gone, or may write no longer.
 * - PostgreSQL away or busy: tries again, with growing pauses, for as long as a caller waits.
 * - A statement that PostgreSQL refuses (a text it cannot store) is taken apart, so that only the transaction at fault fails.
 */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #stopped = new AbortController();
  /** PostgreSQL could not be reached after we had been told to stop: nothing more is tried. */
  #gaveUp: Error | undefined;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
  }

  /** Stops trying again; what is on its way to PostgreSQL still gets its answer. */
  giveUp(): void {
    this.#stopped.abort();
  }

  /** Never rejects. Transactions whose callers have gone or were refused are missing from the result: they were not written. */
  async send(transactions: readonly Transaction[]): Promise<SentBatch[]> {
    let attempted = transactions;
    for (let failures = 1; this.#gaveUp === undefined; failures++) {
      try {
        const recovered = await this.#options.session.recover();
        if (recovered) return [{ transactions: attempted, outcome: recovered }];
        // Nothing of it is written: whoever has gone need not be served, and whoever is too late must not be.
        attempted = attempted.filter(isToBeSent);
        return await this.#commit(attempted);
      } catch (error) {
        await this.#afterFailure(failures, error);
      }
    }
    return [{ transactions: attempted, outcome: this.#gaveUp }];
  }

  async #commit(transactions: readonly Transaction[]): Promise<SentBatch[]> {
    if (transactions.length === 0) return [];
    try {
      const outcome = await this.#options.session.commit(toWriteColumns(transactions));
      return [{ transactions, outcome }];
    } catch (error) {
      if (classifyFailure(error) === 'refused') return this.#isolate(transactions, error);
      throw error;
    }
  }

  /** One of `transactions` was refused: finds out which, and commits the others. */
  async #isolate(transactions: readonly Transaction[], refusal: unknown): Promise<SentBatch[]> {
    if (transactions.length === 1) return [{ transactions, outcome: translateError(refusal) }];
    const middle = transactions.length >> 1;
    const first = await this.send(transactions.slice(0, middle));
    return first.concat(await this.send(transactions.slice(middle)));
  }

  async #afterFailure(failures: number, error: unknown): Promise<void> {
    const { pause, logger } = this.#options;
    if (this.#stopped.signal.aborted) {
      this.#gaveUp = givenUp(error);
      return;
    }
    logger.warn('commit failed, trying again', { failures, error: toError(error) });
    await pause.wait(failures, this.#stopped.signal);
  }
}

function givenUp(cause: unknown): Error {
  return serviceUnavailable(
    'the store was stopped before PostgreSQL confirmed the write; read the object to learn whether it was written',
    { cause },
  );
}
