import type { ServerResponse } from 'node:http';
import type { Seat } from '../apiserver/fairness/fair-queues.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/**
 * Waits until it is a request's turn to be read. It gives the turn back when its answer is sent or its client is gone; a
 * stream gives it back when it opens.
 * @throws {ApiError} TooManyRequests
 */
export async function takeTurn(
  answer: ServerResponse,
  enter: () => MaybePromise<Seat>,
): Promise<Seat> {
  const entered = enter();
  const seat = entered instanceof Promise ? await entered : entered;
  if (answer.destroyed) seat.leave();
  else answer.once('close', () => seat.leave());
  return seat;
}
