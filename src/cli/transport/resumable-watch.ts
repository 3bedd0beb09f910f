/** Watches that outlive a lost connection: they go on after the last resourceVersion that was delivered. */
import { exponentialBackoffMs, fullJitterMs } from '../../lib/backoff.ts';
import { systemRandom } from '../../lib/random.ts';
import { CliError, EXIT_INTERRUPTED, exitWith } from '../cli-error.ts';
import { pause } from '../pause.ts';
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
  const { open, resourceVersionOf, signal } = options;
  const attempts = new Attempts(options);
  let { resourceVersion } = options;
  for (;;) {
    try {
      for await (const event of open(resourceVersion)) {
        resourceVersion = resourceVersionOf(event) || resourceVersion;
        attempts.succeeded();
        yield event;
      }
      if (signal.aborted) throw exitWith(EXIT_INTERRUPTED);
    } catch (thrown) {
      attempts.failed(thrown);
    }
    // A stream that the server ended without an error is opened again as well, and no faster.
    await pause(attempts.delayMs(), signal);
    if (signal.aborted) throw exitWith(EXIT_INTERRUPTED);
  }
}

/** Counts attempts to open a stream, and says when they are enough. */
class Attempts {
  readonly #onLost: (error: CliError) => void;
  #failures = 0;
  #hasDelivered = false;

  constructor({ onLost }: Pick<ResumableWatchOptions<unknown>, 'onLost'>) {
    this.#onLost = onLost;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#hasDelivered = true;
  }

  /** @throws what was thrown, when another attempt would be in vain */
  failed(thrown: unknown): void {
    this.#failures++;
    // Before the first event it is for the caller to say that there is no server.
    const hadConnection = this.#hasDelivered || thrown instanceof ConnectionLostError;
    if (!hadConnection || !isPassing(thrown) || this.#failures > MAX_ATTEMPTS) throw thrown;
    if (this.#failures === 1) this.#onLost(thrown);
  }

  delayMs(): number {
    return fullJitterMs(exponentialBackoffMs(Math.max(1, this.#failures), BACKOFF), systemRandom);
  }
}

/** Whether another attempt may succeed: not when the server has said no. */
function isPassing(thrown: unknown): thrown is CliError {
  if (isServerError(thrown, 'ServiceUnavailable', 'TooManyRequests', 'Timeout', 'ServerTimeout'))
    return true;
  return thrown instanceof CliError && thrown.name !== 'ServerError' && thrown.text !== '';
}
