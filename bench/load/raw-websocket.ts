import { randomBytes } from 'node:crypto';
import net from 'node:net';

const HEADER_END = '\r\n\r\n';
const TEXT_FRAME = 0x81;
const OPCODE_TEXT = 1;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASKED = 0x80;
const MASK_BYTES = 4;

/** Called with the buffer and the place of a message's text in it. The buffer is not to be kept. */
export type OnMessage = (buffer: Buffer, start: number, end: number) => void;

/**
 * A WebSocket client that only finds where messages begin and end: with 200,000 of them a second, a full client would be
 * what is measured. Messages must come in one frame each, which those of a GraphQL server do.
 */
export class RawWebSocket {
  readonly #socket: net.Socket;
  readonly #onMessage: OnMessage;
  #rest: Buffer | undefined;
  closedWith: string | undefined;

  private constructor(socket: net.Socket, onMessage: OnMessage) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('close', () => {
      this.closedWith ??= 'closed by the server';
    });
    socket.on('error', (error) => {
      this.closedWith = error.message;
    });
  }

  static async open(url: string, protocol: string, onMessage: OnMessage): Promise<RawWebSocket> {
    const { hostname, host, pathname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    const handshake = [
      `GET ${pathname} HTTP/1.1`,
      `host: ${host}`,
      'upgrade: websocket',
      'connection: Upgrade',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      'sec-websocket-version: 13',
      `sec-websocket-protocol: ${protocol}`,
    ].join('\r\n');
    socket.write(handshake + HEADER_END);
    const { response, rest } = await readHandshake(socket);
    if (!response.startsWith('HTTP/1.1 101')) throw new Error(`no WebSocket: ${response}`);
    const webSocket = new RawWebSocket(socket, onMessage);
    if (rest.length > 0) webSocket.#take(rest);
    return webSocket;
  }

  /** Texts below 64 KiB only. */
  send(text: string): void {
    const payload = Buffer.from(text);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(payload.length);
    const header =
      payload.length < LENGTH_16
        ? Buffer.from([TEXT_FRAME, MASKED | payload.length])
        : Buffer.concat([Buffer.from([TEXT_FRAME, MASKED | LENGTH_16]), length]);
    // Clients must mask; a mask of zeros leaves the text as it is.
    this.#socket.write(Buffer.concat([header, Buffer.alloc(MASK_BYTES), payload]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const buffer = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let offset = 0;
    for (;;) {
      const frame = readFrame(buffer, offset);
      if (!frame) break;
      if (frame.opcode === OPCODE_TEXT) this.#onMessage(buffer, frame.start, frame.end);
      else if (frame.opcode === OPCODE_CLOSE) {
        this.closedWith = `closed with ${buffer.toString('utf8', frame.start + 2, frame.end)}`;
      } else if (frame.opcode === OPCODE_PING) this.#pong(buffer.subarray(frame.start, frame.end));
      offset = frame.end;
    }
    this.#rest = offset < buffer.length ? buffer.subarray(offset) : undefined;
  }

  #pong(payload: Buffer): void {
    const header = Buffer.from([0x8a, MASKED | payload.length]);
    this.#socket.write(Buffer.concat([header, Buffer.alloc(MASK_BYTES), payload]));
  }
}

interface Frame {
  readonly opcode: number;
  readonly start: number;
  readonly end: number;
}

function readFrame(buffer: Buffer, offset: number): Frame | undefined {
  if (buffer.length < offset + 2) return undefined;
  const opcode = (buffer[offset] as number) & 0x0f;
  let length = buffer[offset + 1] as number;
  let start = offset + 2;
  if (length === LENGTH_16) {
    if (buffer.length < start + 2) return undefined;
    length = buffer.readUInt16BE(start);
    start += 2;
  } else if (length === LENGTH_64) {
    if (buffer.length < start + 8) return undefined;
    length = Number(buffer.readBigUInt64BE(start));
    start += 8;
  }
  const end = start + length;
  return end <= buffer.length ? { opcode, start, end } : undefined;
}

function readHandshake(socket: net.Socket): Promise<{ response: string; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf(HEADER_END);
      if (end < 0) return;
      socket.off('data', onData);
      socket.off('error', reject);
      const rest = received.subarray(end + HEADER_END.length);
      resolve({ response: received.toString('latin1', 0, end), rest });
    };
    socket.on('data', onData);
    socket.once('error', reject);
  });
}
