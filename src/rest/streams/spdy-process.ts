/** The streams of a process over SPDY, `v4.channel.k8s.io`: each is a stream that the client opens and names. */
import type { ProcessConnection, ProcessRequest } from '../../apiserver/client.ts';
import type { TerminalSize } from '../../lib/container-streams.ts';
import { parseTerminalSize, runProcess } from './process-session.ts';
import { SpdyConnection, type SpdyStream } from './spdy/spdy-connection.ts';
import type { Transport } from './transport.ts';

export const SPDY_PROCESS_PROTOCOL = 'v4.channel.k8s.io';
/** How long a client may take to open its streams. */
const OPEN_TIMEOUT_MS = 30_000;

/** Connects the client with the process until it has ended and its Status is sent, or the client has gone. */
export async function serveSpdyProcess(
  transport: Transport,
  connect: ProcessConnection,
  request: ProcessRequest,
): Promise<void> {
  const gone = new AbortController();
  const streams = new StreamsByType(wantedStreams(request));
  const connection = new SpdyConnection({
    transport,
    onStream: (stream) => streams.add(stream),
    onClose: () => {
      streams.giveUp();
      gone.abort();
    },
  });
  if (!(await streams.complete())) {
    connection.close();
    return;
  }
  const status = await runProcess(connect, request, endsOf(streams), gone.signal);
  if (gone.signal.aborted) return;
  const error = streams.get('error');
  await error?.output.write(Buffer.from(JSON.stringify(status)));
  for (const stream of streams.all()) await stream.end();
  connection.close();
}

function wantedStreams({ stderr, stdin, stdout, tty }: ProcessRequest): string[] {
  const wanted = { error: true, stdin, stdout, stderr, resize: tty };
  return Object.entries(wanted).flatMap(([name, isWanted]) => (isWanted ? [name] : []));
}

function endsOf(streams: StreamsByType) {
  let size: TerminalSize | undefined;
  void followSizes(streams.get('resize'), (next) => {
    size = next;
  });
  const nowhere = { write: () => undefined };
  const nothing = (async function* () {
    // There is nothing to yield.
  })();
  return {
    stdin: streams.get('stdin')?.input ?? nothing,
    stdout: streams.get('stdout')?.output ?? nowhere,
    stderr: streams.get('stderr')?.output ?? nowhere,
    terminalSize: () => size,
  };
}

async function followSizes(
  stream: SpdyStream | undefined,
  onSize: (size: TerminalSize) => void,
): Promise<void> {
  if (!stream) return;
  for await (const chunk of stream.input) {
    const size = parseTerminalSize(Buffer.from(chunk).toString());
    if (size) onSize(size);
  }
}

/** Gathers the streams that a client is to open. */
class StreamsByType {
  readonly #streams = new Map<string, SpdyStream>();
  readonly #wanted: readonly string[];
  #settle: (isComplete: boolean) => void = () => undefined;
  readonly #complete: Promise<boolean>;

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
    this.#complete = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  add(stream: SpdyStream): void {
    this.#streams.set(stream.headers.streamtype ?? '', stream);
    if (this.#wanted.every((type) => this.#streams.has(type))) this.#settle(true);
  }

  get(type: string): SpdyStream | undefined {
    return this.#streams.get(type);
  }

  all(): Iterable<SpdyStream> {
    return this.#streams.values();
  }

  giveUp(): void {
    this.#settle(false);
  }

  /** Whether they have all been opened in time. */
  async complete(): Promise<boolean> {
    const timeout = setTimeout(() => this.giveUp(), OPEN_TIMEOUT_MS);
    try {
      return await this.#complete;
    } finally {
      clearTimeout(timeout);
    }
  }
}
