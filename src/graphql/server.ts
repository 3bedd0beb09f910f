/**
 * The GraphQL door: queries, mutations and subscriptions over HTTP, server-sent events and WebSocket, all at `/graphql`,
 * and a playground at `/`.
 *
 * Invariant: it holds no rule of its own. Everything goes through the `ApiClient` of whoever asks.
 * Entry point: {@link createGraphqlDoor}.
 */
import type { ApolloServer } from '@apollo/server';
import type { Door } from '../http/door.ts';
import type { HttpServer } from '../http/http-server.ts';
import { GRAPHQL_PATH, type GraphqlDoorOptions } from './door-options.ts';
import type { ApolloContext } from './execution/apollo-gateway.ts';
import { GraphqlService } from './graphql-service.ts';
import { createApollo } from './http/apollo.ts';
import { addGraphqlRoute } from './http/graphql-route.ts';
import { addPlayground } from './http/playground.ts';
import { SseTransport } from './watch/sse-transport.ts';
import { WebSocketTransport } from './watch/websocket-transport.ts';

export function createGraphqlDoor(options: GraphqlDoorOptions): Door {
  return new GraphqlDoor(options);
}

class GraphqlDoor implements Door {
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

  async start(): Promise<void> {
    this.#service.holder.start();
    await this.#apollo.start();
  }

  openOn({ fastify, upgrades }: HttpServer): void {
    addGraphqlRoute(fastify, { service: this.#service, apollo: this.#apollo, sse: this.#sse });
    upgrades.add({
      matches: (path) => path === GRAPHQL_PATH,
      handle: (request, socket, head) => this.#webSocket.upgrade(request, socket, head),
    });
    if (this.#options.playground ?? true) addPlayground(fastify);
  }

  async stop(): Promise<void> {
    this.#service.holder.stop();
    this.#sse.stop();
    await this.#webSocket.stop();
    await this.#apollo.stop();
  }
}
