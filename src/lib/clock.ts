/**
 * Time as a dependency: everything outside `lib/` that reads the time or waits takes a `Clock`, so that a simulation can
 * run faster than real time or step by step, and tests never sleep.
 *
 * The rule: a field named `clock` is the cluster's time, which people steer (`steerable-clock.ts`). What objects are dated by,
 * and what anything in the cluster waits for, goes by it: leases, grace periods, schedules, back-offs, tokens, retention of
 * history. Real time (`ioClock`, `retryClock`, {@link systemClock}) is for what is not of the cluster's world: PostgreSQL,
 * sockets, callers that wait for an answer, whether a process lives, certificates and tokens that others check or issue, and
 * the audit log. A unit test has the list of those who may read it.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now (at once, but never synchronously, when it is not positive). */
  setTimer(delayMs: number, callback: () => void): Timer;
}

/** A pending callback of a {@link Clock}. */
export interface Timer {
  /** Forgets the callback. Cancelling twice, or after it ran, does nothing. */
  cancel(): void;
}

/** Node's `setTimeout` fires at once above this delay (2^31 - 1 ms, 24.8 days), so longer ones wait in laps. */
const MAX_NODE_TIMEOUT_MS = 2_147_483_647;

/** The real time of this machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const deadline = Date.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const remainingMs = Math.max(0, deadline - Date.now());
      handle = setTimeout(
        remainingMs > MAX_NODE_TIMEOUT_MS ? arm : callback,
        Math.min(remainingMs, MAX_NODE_TIMEOUT_MS),
      );
      handle.unref();
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * Resolves after `delayMs` on `clock`, or as soon as `signal` aborts (it does not reject: callers check the signal,
 * which long loops do anyway).
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const onAbort = (): void => {
      timer.cancel();
      resolve();
    };
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** RFC 3339 with whole seconds in UTC, as Kubernetes writes `metav1.Time`: `2026-01-31T08:00:00Z`. */
export function toRfc3339(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** Thousands of writes share their second. */
let lastSecond = Number.NaN;
let lastText = '';

/** RFC 3339 with microseconds in UTC, as Kubernetes writes `metav1.MicroTime`: `2026-01-31T08:00:00.123000Z`. */
export function toRfc3339Micro(epochMs: number): string {
  const milliseconds = Math.floor(epochMs) - Math.floor(epochMs / 1000) * 1000;
  return `${toRfc3339(epochMs).slice(0, -1)}.${String(milliseconds).padStart(3, '0')}000Z`;
}
