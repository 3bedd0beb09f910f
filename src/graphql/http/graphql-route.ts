import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Seat } from '../../apiserver/fairness/fair-queues.ts';
import { addJsonParser } from '../../http/body-parser.ts';
import { credentialsOf } from '../../http/credentials.ts';
import { takeTurn } from '../../http/take-turn.ts';
import { GRAPHQL_PATH } from '../door-options.ts';
import type { ApolloContext } from '../execution/apollo-gateway.ts';
import { formatGraphqlError } from '../format-error.ts';
import type { Caller, GraphqlService, OperationRequest } from '../graphql-service.ts';
import type { SseTransport } from '../watch/sse-transport.ts';
import { HttpAnswerer } from './http-answerer.ts';

export interface GraphqlRouteOptions {
  readonly service: GraphqlService;
  readonly apollo: ApolloServer<ApolloContext>;
  readonly sse: SseTransport;
}

/** `POST /graphql` for queries and mutations, and for everything as server-sent events; `GET` for queries. */
export function addGraphqlRoute(fastify: FastifyInstance, options: GraphqlRouteOptions): void {
  const { service, apollo, sse } = options;
  const door = { service, sse, answerer: new HttpAnswerer(service, apollo) };
  void fastify.register((scope, _options, done) => {
    addJsonParser(scope, service.limits.maxBodyBytes);
    scope.route({
      method: ['GET', 'POST'],
      url: GRAPHQL_PATH,
      // Before the body is read: who is not known sends none, and who sends much waits behind the others.
      onRequest: async (request, reply) => {
        if (isBrowserPage(request)) return reply.redirect('/');
        const caller = await service.authenticate(credentialsOf(request.raw));
        const turn = await takeTurn(reply.raw, () =>
          service.options.takeTurn(caller.user, GRAPHQL_PATH),
        );
        senders.set(request, { caller, turn });
        return undefined;
      },
      handler: (request, reply) => handle(door, request, reply),
    });
    done();
  });
}

/** Who sent each request that is under way. */
const senders = new WeakMap<FastifyRequest, { readonly caller: Caller; readonly turn: Seat }>();

/** Somebody typed the address of the API into a browser. */
function isBrowserPage({ method, headers, query }: FastifyRequest): boolean {
  const asksForNothing = !(query as { query?: string }).query;
  return method === 'GET' && asksForNothing && (headers.accept ?? '').includes('text/html');
}

interface Door {
  readonly service: GraphqlService;
  readonly sse: SseTransport;
  readonly answerer: HttpAnswerer;
}

async function handle(
  { service, sse, answerer }: Door,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { caller, turn } = senders.get(request) as { caller: Caller; turn: Seat };
  const operation = request.body as Partial<OperationRequest> | undefined;
  const query = operation?.query ?? (request.query as Partial<OperationRequest>).query;
  if (typeof query === 'string') {
    const refused = refuse(service, query);
    if (refused && !acceptsEventStream(request)) return reply.code(400).send({ errors: [refused] });
    if (acceptsEventStream(request)) {
      reply.hijack();
      turn.leave();
      await sse.handle({ ...operation, query }, caller, reply.raw);
      return undefined;
    }
  }
  return answerer.answer({ request, reply, caller });
}

function acceptsEventStream({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').includes('text/event-stream');
}

/** What is wrong with a document before its validation: Apollo would look at it in more than linear time. */
function refuse(service: GraphqlService, query: string) {
  try {
    service.documents.parse(query);
    return undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return formatGraphqlError(service.formatError, error);
    throw error;
  }
}
