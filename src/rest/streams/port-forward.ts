/** `portforward.k8s.io`: for each connection that a client forwards it opens two streams, one for data and one for errors. */
import type { PortConnection } from '../../apiserver/client.ts';
import type { ByteSink, ByteSource } from '../../lib/container-streams.ts';
import { toError } from '../../lib/errors.ts';
import { SpdyConnection, type SpdyStream } from './spdy/spdy-connection.ts';
import type { Transport } from './transport.ts';

export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** SPDY within the messages of a WebSocket. */
export const TUNNEL_PROTOCOL = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`;

/** Forwards connections until the client has gone. */
export function servePortForward(transport: Transport, connect: PortConnection): Promise<void> {
  return new Promise((resolve) => {
    const gone = new AbortController();
    const pairs = new StreamPairs((pair) => {
      // Ignored: what goes wrong is told on the error stream; who cannot be told has gone.
      forward(pair, connect, gone.signal).catch(() => undefined);
    });
    new SpdyConnection({
      transport,
      onStream: (stream) => pairs.add(stream),
      onClose: () => {
        gone.abort();
        resolve();
      },
    });
  });
}

interface StreamPair {
  readonly port: number;
  readonly data: SpdyStream;
  readonly error: SpdyStream;
}

async function forward(
  { data, error, port }: StreamPair,
  connect: PortConnection,
  signal: AbortSignal,
): Promise<void> {
  const { input, output } = data;
  try {
    await connectPort(connect, { port, input, output, error: error.output }, signal);
  } finally {
    await data.end();
    await error.end();
  }
}

interface PortStreams {
  readonly port: number;
  readonly input: ByteSource;
  readonly output: ByteSink;
  /** Is told why there is no connection. */
  readonly error: ByteSink;
}

/** Connects a client with a port until either is done. */
export async function connectPort(
  connect: PortConnection,
  { port, input, output, error }: PortStreams,
  signal: AbortSignal,
): Promise<void> {
  try {
    await connect(port, { input, output }, signal);
  } catch (thrown) {
    const message = `an error occurred forwarding ${port} -> ${port}: ${toError(thrown).message}`;
    await error.write(Buffer.from(message));
  }
}

/** Puts together the two streams of each request. */
class StreamPairs {
  readonly #halves = new Map<string, SpdyStream>();
  readonly #onPair: (pair: StreamPair) => void;

  constructor(onPair: (pair: StreamPair) => void) {
    this.#onPair = onPair;
  }

  add(stream: SpdyStream): void {
    const { port = '', requestid = '', streamtype } = stream.headers;
    const isData = streamtype === 'data';
    if ((!isData && streamtype !== 'error') || !/^\d{1,5}$/.test(port)) {
      // Ignored: whoever opens streams that mean nothing may have gone.
      stream.reset().catch(() => undefined);
      return;
    }
    // Clients of old name no request: theirs come one pair at a time.
    const key = `${port}/${requestid}`;
    const other = this.#halves.get(key);
    if (!other || other.headers.streamtype === streamtype) {
      this.#halves.set(key, stream);
      return;
    }
    this.#halves.delete(key);
    const [data, error] = isData ? [stream, other] : [other, stream];
    this.#onPair({ port: Number(port), data, error });
  }
}
