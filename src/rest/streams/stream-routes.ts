/**
 * Connections to Pods: `exec`, `attach` and `portforward`, over a WebSocket or over SPDY. What a client may do is settled
 * before its connection is taken over, so that a refusal is an answer as any other.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ApiClient } from '../../apiserver/client.ts';
import { upgradeCredentials } from '../../http/credentials.ts';
import { toStatus } from '../../http/http-server.ts';
import { refuseUpgrade } from '../../http/upgrades.ts';
import { badRequest, notFound } from '../../scheme/errors.ts';
import type { RestContext, UpgradeModule } from '../rest-context.ts';
import {
  type ConnectRequest,
  isConnectPath,
  parseConnectRequest,
  processRequestOf,
} from './connect-request.ts';
import { PORT_FORWARD_PROTOCOL, servePortForward, TUNNEL_PROTOCOL } from './port-forward.ts';
import { SPDY_PROCESS_PROTOCOL, serveSpdyProcess } from './spdy-process.ts';
import { DEFAULT_STREAM_LIMITS, limitTransport, StreamCounter } from './stream-limits.ts';
import { socketTransport, type Transport, webSocketTransport } from './transport.ts';
import { PORT_CHANNELS_PROTOCOL, portsOf, serveWebSocketPorts } from './websocket-port-forward.ts';
import { PROCESS_PROTOCOLS, serveWebSocketProcess } from './websocket-process.ts';

/** Kubernetes' clients send pieces of 32 KiB. */
const MAX_MESSAGE_BYTES = 262_144;

/** Speaks with the client once its connection is taken over. */
type Serve = (transport: Transport) => Promise<void>;

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export const addStreamRoutes: UpgradeModule = (upgrades, context) => {
  const routes = new StreamRoutes(context);
  upgrades.add({
    matches: isConnectPath,
    handle: (request, socket, head) => {
      void routes.handle({ request, socket, head });
    },
  });
};

class StreamRoutes {
  readonly #context: RestContext;
  readonly #counter = new StreamCounter(DEFAULT_STREAM_LIMITS);
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  readonly #protocols = new WeakMap<IncomingMessage, string>();

  constructor(context: RestContext) {
    this.#context = context;
    this.#webSockets.on('headers', (headers: string[], request) => {
      headers.push(`Sec-WebSocket-Protocol: ${this.#protocols.get(request)}`);
    });
  }

  /** Never rejects: what goes wrong is answered. */
  async handle(upgrade: Upgrade): Promise<void> {
    const { request, socket } = upgrade;
    // A client may leave while it is being looked at.
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    try {
      await this.#connect(upgrade);
    } catch (thrown) {
      const status = toStatus(thrown, this.#context.logger);
      if (socket.writable) refuseUpgrade(socket, status.code, JSON.stringify(status));
      this.#context.logger.debug('a connection to a container is refused', {
        url: request.url?.split('?')[0],
      });
    }
  }

  async #connect(upgrade: Upgrade): Promise<void> {
    const connect = parseConnectRequest(upgrade.request);
    if (!connect) throw notFound({ group: '', resource: 'pods', name: '' });
    const identity = await this.#context.authenticate(upgradeCredentials(upgrade.request));
    const take = this.#chooseTransport(upgrade, connect);
    const leave = this.#counter.enter(identity.user);
    try {
      const { signal } = new AbortController();
      const client = this.#context.clientFor(identity, { onWarning: () => undefined, signal });
      const serve = await openConnection(client, connect, take);
      take.transport((transport) => {
        const limited = limitTransport(transport, DEFAULT_STREAM_LIMITS);
        limited.onClose(leave);
        serve(limited).catch(() => transport.close());
      });
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  /** @throws {ApiError} BadRequest for a protocol that is not spoken here */
  #chooseTransport(upgrade: Upgrade, { subresource }: ConnectRequest): ChosenTransport {
    const { request } = upgrade;
    const kind = (request.headers.upgrade ?? '').toLowerCase();
    if (kind === 'websocket') {
      const offered = offeredIn(request, 'sec-websocket-protocol');
      const protocol = protocolsOf(subresource).find((spoken) => offered.includes(spoken));
      if (protocol !== undefined) {
        return {
          isSpdy: protocol === TUNNEL_PROTOCOL,
          transport: (use) => this.#upgradeToWebSocket(upgrade, protocol, use),
        };
      }
    }
    if (kind === 'spdy/3.1') {
      const wanted = subresource === 'portforward' ? PORT_FORWARD_PROTOCOL : SPDY_PROCESS_PROTOCOL;
      if (offeredIn(request, 'x-stream-protocol-version').includes(wanted)) {
        return { isSpdy: true, transport: (use) => upgradeToSpdy(upgrade, wanted, use) };
      }
    }
    throw badRequest('unable to upgrade: no protocol that the client offers is spoken here');
  }

  /** The name of Kubernetes' tunnel is none that the library would let through: the choice is made here. */
  #upgradeToWebSocket(
    { head, request, socket }: Upgrade,
    protocol: string,
    use: UseTransport,
  ): void {
    this.#protocols.set(request, protocol);
    delete request.headers['sec-websocket-protocol'];
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      use(webSocketTransport(webSocket)),
    );
  }
}

type UseTransport = (transport: Transport) => void;

interface ChosenTransport {
  /** Whether the streams are those of SPDY. */
  readonly isSpdy: boolean;
  /** Takes over the connection. */
  readonly transport: (use: UseTransport) => void;
}

async function openConnection(
  client: ApiClient,
  connect: ConnectRequest,
  { isSpdy }: ChosenTransport,
): Promise<Serve> {
  const { subresource, target, verb } = connect;
  if (subresource === 'portforward') {
    const ports = isSpdy ? [] : portsOf(connect.query);
    const open = await client.openPorts(target, verb);
    return isSpdy
      ? (transport) => servePortForward(transport, open)
      : (transport) => serveWebSocketPorts(transport, open, ports);
  }
  const request = processRequestOf(connect);
  const process = await client.openProcess(target, request);
  return isSpdy
    ? (transport) => serveSpdyProcess(transport, process, request)
    : (transport) => serveWebSocketProcess(transport, process, request);
}

/** What is spoken over WebSockets, the best first. */
function protocolsOf(subresource: ConnectRequest['subresource']): readonly string[] {
  return subresource === 'portforward'
    ? [TUNNEL_PROTOCOL, PORT_CHANNELS_PROTOCOL]
    : PROCESS_PROTOCOLS;
}

function offeredIn({ headersDistinct }: IncomingMessage, header: string): string[] {
  return (headersDistinct[header] ?? [])
    .flatMap((value) => value.split(','))
    .map((text) => text.trim());
}

function upgradeToSpdy({ head, socket }: Upgrade, protocol: string, use: UseTransport): void {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `X-Stream-Protocol-Version: ${protocol}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  use(socketTransport(socket));
  if (head.length > 0) socket.unshift(head);
}
