/**
 * A value, or a promise of it where it must be waited for. Hot paths return these, and await only promises that exist: a turn
 * of the event loop a step would cost them more than the steps themselves.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Calls `next` with the value: at once when it is there, later when it is promised. */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Calls `work` for each item in order, each after the one before is done; synchronously while no promise comes back. */
export function eachInTurn<T>(
  items: readonly T[],
  work: (item: T) => MaybePromise<void>,
): MaybePromise<void> {
  for (let i = 0; i < items.length; i++) {
    const pending = work(items[i] as T);
    if (pending instanceof Promise) return pending.then(() => eachInTurn(items.slice(i + 1), work));
  }
}
