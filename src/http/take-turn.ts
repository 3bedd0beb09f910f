import type { Seat } from '../apiserver/fairness/fair-queues.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/** What tells that the client has gone: its answer, or its connection. */
export interface Closing {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Waits until it is a request's turn to be read. It gives the turn back when its answer is sent or its client is gone; a
 * stream gives it back when it opens.
 * @throws {ApiError} TooManyRequests
 */
export async function takeTurn(answer: Closing, enter: () => MaybePromise<Seat>): Promise<Seat> {
  const entered = enter();
  const seat = entered instanceof Promise ? await entered : entered;
  if (answer.destroyed) seat.leave();
  else answer.once('close', () => seat.leave());
  return seat;
}
