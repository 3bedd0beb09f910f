import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { WebSocketTransport } from '../watch/websocket-transport.ts';
import { createHostCheck, isSameOrigin } from './host-check.ts';

/**
 * `/graphql` as a WebSocket. Browsers let any page open one, so its Origin must be the server's own; other programs send
 * none.
 */
export function addUpgradeRoute(
  fastify: FastifyInstance,
  transport: WebSocketTransport,
  allowedHosts: readonly string[],
): void {
  const isOurHost = createHostCheck(allowedHosts);
  fastify.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host, origin } = request.headers;
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/graphql') return refuse(socket, 404);
    if (!isOurHost(host)) return refuse(socket, 421);
    if (!isSameOrigin(origin, host)) return refuse(socket, 403);
    transport.upgrade(request, socket, head);
  });
}

function refuse(socket: Duplex, code: number): void {
  // Nobody reads this connection any more, so nobody would notice that the client has left.
  socket.on('error', () => socket.destroy());
  const head = `HTTP/1.1 ${code} ${STATUS_CODES[code]}`;
  socket.end(`${head}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}
