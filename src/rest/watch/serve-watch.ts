import { systemClock } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { isApiError } from '../../scheme/errors.ts';
import type { Encoder } from '../content/encoder.ts';
import { watchOptionsOf } from '../request/list-options.ts';
import { integerOf } from '../request/query-values.ts';
import type { RestRequest } from '../rest-request.ts';
import type { WatchHub } from './watch-hub.ts';
import { type WatchConnection, WatchStream } from './watch-stream.ts';

const MS_PER_SECOND = 1_000;
/** Watches whose clients name no time end after this, or up to twice that: so that not all come back at once. */
const MIN_WATCH_SECONDS = 1_800;
/** Timers count their milliseconds in 31 bits. */
const MAX_WATCH_SECONDS = 2_000_000;

export interface WatchServing {
  readonly request: RestRequest;
  readonly encoder: Encoder;
  readonly hub: WatchHub;
  readonly connection: WatchConnection;
}

/**
 * Serves one watch until it ends. Rejects with what the API refuses before it has begun; a version that is no longer kept
 * is told in the stream, as one that is lost later would be. @throws {ApiError} Forbidden, BadRequest, …
 */
export async function serveWatch({
  request,
  encoder,
  hub,
  connection,
}: WatchServing): Promise<void> {
  const { client, context, path, query, signal } = request;
  const options = watchOptionsOf(path, query);
  const { resourceVersion, sendInitialEvents } = options;
  // All that may refuse the request comes before what must be given back.
  const timeoutMs = timeoutMsOf(query);
  const { texts, release } = hub.share(path.definition, encoder);
  const timer = systemClock.setTimer(timeoutMs, () => stream.end());
  const stream = new WatchStream({
    connection,
    encoder,
    texts,
    changesAfter: resourceVersion === '0' || sendInitialEvents ? undefined : resourceVersion,
    logger: context.logger,
    onEnd: () => {
      timer.cancel();
      release();
      hub.remove(stream);
    },
  });
  hub.add(stream);
  signal.addEventListener('abort', () => stream.abandon(), { once: true });
  try {
    stream.attach(await client.watch(path.definition, { ...options, signal }, stream));
  } catch (thrown) {
    if (stream.hasBegun || isApiError(thrown, 'Expired')) return stream.onClose(toError(thrown));
    stream.abandon();
    throw thrown;
  }
}

function timeoutMsOf(query: URLSearchParams): number {
  const asked = integerOf(query, 'timeoutSeconds');
  const seconds = asked || MIN_WATCH_SECONDS * (1 + Math.random());
  return Math.min(Math.max(seconds, 0), MAX_WATCH_SECONDS) * MS_PER_SECOND;
}
