import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { createHostCheck, isSameOrigin } from './host-check.ts';

/** Takes over the connection of a request that asks for a WebSocket. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface UpgradeRoute {
  /** Whether requests for this path are for `handle`. */
  readonly matches: (path: string) => boolean;
  readonly handle: UpgradeHandler;
}

/**
 * The WebSockets of one server: each door adds the paths that are its own. Browsers let any page open one, so its Origin
 * must be the server's own; other programs send none.
 */
export class Upgrades {
  readonly #routes: UpgradeRoute[] = [];
  readonly #isOurHost: (host: string | undefined) => boolean;
  readonly #open = new Set<Duplex>();

  constructor(fastify: FastifyInstance, allowedHosts: readonly string[]) {
    this.#isOurHost = createHostCheck(allowedHosts);
    // The server waits for every connection to end, and these would go on for ever.
    fastify.addHook('preClose', (done) => {
      for (const socket of this.#open) socket.destroy();
      done();
    });
    fastify.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
  }

  add(route: UpgradeRoute): void {
    this.#routes.push(route);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    const { host, origin } = request.headers;
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = this.#routes.find(({ matches }) => matches(path));
    if (!route) refuseUpgrade(socket, 404);
    else if (!this.#isOurHost(host)) refuseUpgrade(socket, 421);
    else if (!isSameOrigin(origin, host)) refuseUpgrade(socket, 403);
    else route.handle(request, socket, head);
  }
}

/** Answers a request for a WebSocket with an HTTP error, and closes. `body` is JSON. @default no body */
export function refuseUpgrade(socket: Duplex, code: number, body = ''): void {
  // Nobody reads this connection any more, so nobody would notice that the client has left.
  socket.on('error', () => socket.destroy());
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code]}`,
    'connection: close',
    ...(body === '' ? [] : ['content-type: application/json']),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
