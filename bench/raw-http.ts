import net from 'node:net';

const HEADER_END = Buffer.from('\r\n\r\n');
const CHUNKED = /\r\ntransfer-encoding: chunked/i;
const LAST_CHUNK = '0\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;
const STATUS_START = 'HTTP/1.1 '.length;

export interface RawResponse {
  readonly status: number;
  /** With what tells its chunks apart, where it came in chunks. */
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (response: RawResponse) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One HTTP connection with one request at a time, for load: it takes a tenth of the time of Node.js' own client, which
 * would otherwise be what is measured.
 */
export class RawHttpConnection {
  readonly #socket: net.Socket;
  #chunks: Buffer[] = [];
  #received = 0;
  /** Bytes of the response once its header is there; infinite where it comes in chunks. */
  #expected = 0;
  #waiting: Waiting | undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(url: string): Promise<RawHttpConnection> {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawHttpConnection(socket);
  }

  /** Sends a request that {@link toRequest} made. */
  send(request: Buffer | string): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#expected === 0 && !this.#readHeader()) return;
    if (!this.#isWhole()) return;
    const whole = this.#joined();
    const response = {
      status: Number(whole.toString('latin1', STATUS_START, STATUS_START + 3)),
      body: whole.subarray(whole.indexOf(HEADER_END) + HEADER_END.length),
    };
    this.#chunks = [];
    this.#received = 0;
    this.#expected = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(response);
  }

  #isWhole(): boolean {
    if (this.#expected < Number.POSITIVE_INFINITY) return this.#received >= this.#expected;
    if ((this.#chunks.at(-1)?.length ?? 0) < LAST_CHUNK.length) this.#joined();
    const last = this.#chunks.at(-1) as Buffer;
    return last.toString('latin1', last.length - LAST_CHUNK.length) === LAST_CHUNK;
  }

  #readHeader(): boolean {
    const start = this.#joined();
    const end = start.indexOf(HEADER_END);
    if (end < 0) return false;
    const header = start.toString('latin1', 0, end);
    if (CHUNKED.test(header)) {
      this.#expected = Number.POSITIVE_INFINITY;
      return true;
    }
    const length = CONTENT_LENGTH.exec(header)?.[1];
    if (length === undefined) {
      this.#socket.destroy(new Error('a response without content-length'));
      return false;
    }
    this.#expected = end + HEADER_END.length + Number(length);
    return true;
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] as Buffer;
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** @default 'application/json' */
  readonly accept?: string;
  /** JSON. @default none */
  readonly body?: string;
}

/** A request as it goes over the wire. */
export function formatRequest(
  { url, token }: { readonly url: string; readonly token: string },
  { accept = 'application/json', body = '', method, path }: RawRequest,
): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${new URL(url).host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `accept: ${accept}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

/** A GraphQL request as it goes over the wire. */
export function toRequest(server: { url: string; token: string }, body: string): Buffer {
  return formatRequest(server, { method: 'POST', path: '/graphql', body });
}
