import { sleep, systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

/** SQLSTATE classes 08 (connection) and 57P (operator intervention: shutting down, starting up), and a dead socket. */
const LOST_SERVER = /^(08...|57P0[123])$/;
const LOST_SOCKET =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|Connection terminated|connection timeout|not queryable/i;

const MAX_ATTEMPTS = 10;
const RETRY_DELAY_MS = 100;

/** The connection broke, or the server is not there to answer: what it was asked last may be done or not. */
export function isLoss(error: Error & { code?: string }): boolean {
  return LOST_SERVER.test(error.code ?? '') || LOST_SOCKET.test(`${error.code} ${error.message}`);
}

/** A loss, with the code by which BullMQ knows it. */
export function toConnectionError(error: Error): Error {
  const lost = new Error(`queue server lost: ${error.message}`, { cause: error });
  return Object.assign(lost, { code: 'ECONNREFUSED' });
}

/**
 * Does `work`, which may be done twice, again when the server is lost meanwhile.
 *
 * @throws what `work` throws for another reason, and the tenth loss in a row, which is about a second after the first
 */
export async function tryAgainOnLoss<T>(work: () => Promise<T>, logger: Logger): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      const error = toError(thrown);
      if (!isLoss(error) || attempt === MAX_ATTEMPTS) throw error;
      logger.warn('queue server lost at start, trying again', { attempt, error });
      await sleep(systemClock, RETRY_DELAY_MS);
    }
  }
}
