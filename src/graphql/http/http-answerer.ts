import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { type ApolloContext, executeOperation } from '../execution/apollo-gateway.ts';
import type { PreparedOperation } from '../execution/compiler.ts';
import type { Caller, GraphqlService, OperationRequest } from '../graphql-service.ts';

/** Accept headers whose answers' heads are remembered; real clients send a handful. */
const MAX_KNOWN_HEADS = 100;
const MAX_ACCEPT_UNITS = 200;
/** Of Apollo's headers, those that follow from the request's Accept header alone. */
const HEAD_NAMES = ['content-type', 'cache-control'] as const;

type Head = ReadonlyArray<readonly [name: string, value: string]>;

interface HttpExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
}

/**
 * Answers operations over HTTP as Apollo Server does. Whatever is not usual is Apollo's to answer: media types met for the
 * first time, GET, documents that are not valid, results with errors. What is usual, a valid operation that goes well,
 * takes the short way past it, which is an eighth of what a small mutation costs.
 */
export class HttpAnswerer {
  readonly #service: GraphqlService;
  readonly #apollo: ApolloServer<ApolloContext>;
  readonly #heads = new LRUCache<string, Head>({ max: MAX_KNOWN_HEADS });

  constructor(service: GraphqlService, apollo: ApolloServer<ApolloContext>) {
    this.#service = service;
    this.#apollo = apollo;
  }

  async answer(exchange: HttpExchange): Promise<string> {
    const { request, reply, caller } = exchange;
    const ctx = this.#service.createContext(caller);
    const head = this.#heads.get(request.headers.accept ?? '');
    const body = head && request.method === 'POST' ? usualRequest(request.body) : undefined;
    const operation = body && this.#prepare(body);
    if (!head || !operation) return this.#answerByApollo(exchange, { request: ctx });
    const running = executeOperation(operation, ctx, body.variables);
    const result = await running.catch(() => undefined);
    // It has run, and once: Apollo only writes what came of it.
    if (!result || result.errors) return this.#answerByApollo(exchange, { request: ctx, running });
    setHeaders(reply, head);
    return JSON.stringify(result);
  }

  #prepare(request: OperationRequest): PreparedOperation | undefined {
    const prepared = this.#service.prepare(request);
    return 'run' in prepared ? prepared : undefined;
  }

  async #answerByApollo(
    { request, reply }: HttpExchange,
    contextValue: ApolloContext,
  ): Promise<string> {
    const { body, headers, status } = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: toHeaderMap(request),
        search: searchOf(request.url),
        body: request.body ?? {},
      },
      context: () => Promise.resolve(contextValue),
    });
    setHeaders(reply, headers);
    void reply.code(status ?? 200);
    // Chunks come from @defer and @stream alone, which the schema does not have.
    const text = body.kind === 'complete' ? body.string : '';
    if (text.startsWith('{"data"')) this.#learnHead(request.headers.accept ?? '', headers);
    return text;
  }

  #learnHead(accept: string, headers: HeaderMap): void {
    if (accept.length > MAX_ACCEPT_UNITS) return;
    const head = HEAD_NAMES.flatMap((name) => {
      const value = headers.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    this.#heads.set(accept, head);
  }
}

/** The request, when it has nothing that only Apollo knows how to take or to refuse. */
function usualRequest(body: unknown): OperationRequest | undefined {
  const { query, variables, operationName, extensions } = (body ?? {}) as Record<string, unknown>;
  const isUsual =
    typeof query === 'string' &&
    (typeof operationName === 'string' || isNothing(operationName)) &&
    (typeof variables === 'object' || variables === undefined) &&
    !Array.isArray(variables) &&
    (isNothing(extensions) || isWithoutPersistedQuery(extensions));
  return isUsual ? (body as OperationRequest) : undefined;
}

function isWithoutPersistedQuery(extensions: unknown): boolean {
  return typeof extensions === 'object' && !('persistedQuery' in (extensions as object));
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function setHeaders(reply: FastifyReply, headers: Iterable<readonly [string, string]>): void {
  for (const [name, value] of headers) void reply.header(name, value);
}

function searchOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark);
}

function toHeaderMap({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
