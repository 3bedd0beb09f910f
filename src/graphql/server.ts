/**
 * The GraphQL door: queries, mutations and subscriptions over HTTP, server-sent events and WebSocket, all at `/graphql`,
 * and a playground at `/`.
 *
 * Invariant: it holds no rule of its own. Everything goes through the `ApiClient` of whoever asks.
 * Entry points: {@link createGraphqlServer}, or {@link createGraphqlDoor} for a server that has other doors as well.
 */
import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import { systemClock } from '../lib/clock.ts';
import type { GraphqlDoorOptions } from './door-options.ts';
import type { ApolloContext } from './execution/apollo-gateway.ts';
import { GraphqlService } from './graphql-service.ts';
import { createApollo } from './http/apollo.ts';
import { addGraphqlRoute } from './http/graphql-route.ts';
import { createHttpServer, type HttpServerOptions } from './http/http-server.ts';
import { addPlayground } from './http/playground.ts';
import { addUpgradeRoute } from './http/upgrade-route.ts';
import { SseTransport } from './watch/sse-transport.ts';
import { WebSocketTransport } from './watch/websocket-transport.ts';

export interface GraphqlDoor {
  /** Builds the schema and adds the routes to `http`, which is then made to listen. */
  start(http: FastifyInstance): Promise<void>;
  /** Ends every stream. The HTTP server is closed by who made it, after this. */
  stop(): Promise<void>;
}

export function createGraphqlDoor(options: GraphqlDoorOptions): GraphqlDoor {
  return new Door(options);
}

/** The door with an HTTP server of its own. */
export interface GraphqlServer {
  /** For other doors of the same process; add them before it listens. */
  readonly http: FastifyInstance;
  /** Resolves with the address: `http://127.0.0.1:4000`. Port 0 takes any that is free. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Ends every stream and answers what is under way. */
  close(): Promise<void>;
}

export type GraphqlServerOptions = GraphqlDoorOptions & Pick<HttpServerOptions, 'notReady' | 'tls'>;

/** Builds the schema and the server; `listen` opens it. */
export async function createGraphqlServer(options: GraphqlServerOptions): Promise<GraphqlServer> {
  const http = createHttpServer(options);
  const door = createGraphqlDoor(options);
  await door.start(http);
  return {
    http,
    listen: (address) => http.listen(address),
    async close() {
      await door.stop();
      await closeHttp(http);
    },
  };
}

/** Requests that are under way when the server closes may take this long, in milliseconds. */
const CLOSE_GRACE_MS = 1_000;

/** Node.js closes what is idle, but waits for connections on which nothing was ever asked. */
async function closeHttp(http: FastifyInstance): Promise<void> {
  const timer = systemClock.setTimer(CLOSE_GRACE_MS, () => http.server.closeAllConnections());
  await http.close();
  timer.cancel();
}

class Door implements GraphqlDoor {
  readonly #options: GraphqlDoorOptions;
  readonly #service: GraphqlService;
  readonly #apollo: ApolloServer<ApolloContext>;
  readonly #sse: SseTransport;
  readonly #webSocket: WebSocketTransport;

  constructor(options: GraphqlDoorOptions) {
    this.#options = options;
    this.#service = new GraphqlService(options);
    this.#apollo = createApollo(this.#service);
    this.#sse = new SseTransport(this.#service);
    this.#webSocket = new WebSocketTransport(this.#service);
  }

  async start(http: FastifyInstance): Promise<void> {
    this.#service.holder.start();
    await this.#apollo.start();
    addGraphqlRoute(http, { service: this.#service, apollo: this.#apollo, sse: this.#sse });
    addUpgradeRoute(http, this.#webSocket, this.#options.allowedHosts ?? []);
    if (this.#options.playground ?? true) addPlayground(http);
  }

  async stop(): Promise<void> {
    this.#service.holder.stop();
    this.#sse.stop();
    await this.#webSocket.stop();
    await this.#apollo.stop();
  }
}
