/** Watches that outlive a lost connection: they go on after the last resourceVersion that was delivered. */
import { exponentialBackoffMs, fullJitterMs } from '../../lib/backoff.ts';
import { sleep, systemClock } from '../../lib/clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { CliError, EXIT_INTERRUPTED, exitWith } from '../cli-error.ts';
import { ConnectionLostError } from './connection-errors.ts';
import { isServerError } from './server-error.ts';

/** After this many vain attempts in a row, about a minute, the watch gives up. */
const MAX_ATTEMPTS = 12;
const BACKOFF = { baseMs: 200, maxMs: 10_000 };

export interface ResumableWatchOptions<Event> {
  /** Opens the stream after `resourceVersion`, or from the beginning. */
  readonly open: (resourceVersion: string | undefined) => AsyncIterable<Event>;
  readonly resourceVersionOf: (event: Event) => string;
  /** Where the first stream begins. @default the beginning */
  readonly resourceVersion?: string | undefined;
  /** Called when a connection is lost, before the next attempt. */
  readonly onLost: (error: CliError) => void;
  readonly signal: AbortSignal;
}

/**
 * The events of a watch, none lost and none twice, whatever happens to the connection.
 * @throws {CliError} when the server refuses, or cannot be reached any more
 */
export async function* resumableWatch<Event>(
  options: ResumableWatchOptions<Event>,
): AsyncGenerator<Event, void, undefined> {
  const { open, resourceVersionOf, onLost, signal } = options;
  let { resourceVersion } = options;
  let failures = 0;
  let delivered = false;
  for (;;) {
    try {
      for await (const event of open(resourceVersion)) {
        resourceVersion = resourceVersionOf(event) || resourceVersion;
        failures = 0;
        delivered = true;
        yield event;
      }
      if (signal.aborted) throw exitWith(EXIT_INTERRUPTED);
    } catch (thrown) {
      failures++;
      // Before the first event it is for the caller to say that there is no server.
      const isFirst = !delivered && !(thrown instanceof ConnectionLostError);
      if (isFirst || !isPassing(thrown) || failures > MAX_ATTEMPTS) throw thrown;
      if (failures === 1) onLost(thrown);
    }
    // A stream that the server ended without an error is opened again as well, and no faster.
    const delayMs = fullJitterMs(exponentialBackoffMs(Math.max(1, failures), BACKOFF), systemRandom);
    await sleepAwake(delayMs, signal);
  }
}

/** Whether another attempt may succeed: not when the server has said no. */
function isPassing(thrown: unknown): thrown is CliError {
  if (isServerError(thrown, 'ServiceUnavailable', 'TooManyRequests', 'Timeout', 'ServerTimeout')) return true;
  return thrown instanceof CliError && thrown.name !== 'ServerError' && thrown.text !== '';
}

async function sleepAwake(delayMs: number, signal: AbortSignal): Promise<void> {
  // The clock's timers let the process end; this one is all that keeps it alive.
  const awake = setInterval(() => undefined, BACKOFF.maxMs);
  try {
    await sleep(systemClock, delayMs, signal);
  } finally {
    clearInterval(awake);
  }
  if (signal.aborted) throw exitWith(EXIT_INTERRUPTED);
}
