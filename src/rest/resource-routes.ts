import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Seat } from '../apiserver/fairness/fair-queues.ts';
import { credentialsOf } from '../http/credentials.ts';
import { takeTurn } from '../http/take-turn.ts';
import { ApiError } from '../scheme/errors.ts';
import type { Answer } from './answer.ts';
import { negotiate } from './content/negotiate.ts';
import { flagOf } from './request/query-values.ts';
import { parseResourcePath } from './request/resource-path.ts';
import type { RestContext } from './rest-context.ts';
import type { RestRequest } from './rest-request.ts';
import { sendAnswer } from './send.ts';
import { verbOf } from './verbs/verb-table.ts';
import { Warnings } from './warnings.ts';
import { chunkedConnection, serveWatch } from './watch/serve-watch.ts';
import type { WatchHub } from './watch/watch-hub.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const PATHS = ['/api/:version/*', '/apis/:group/:version/*'];

/** Every resource of the scheme, in every served version, custom ones included. */
export function addResourceRoutes(
  fastify: FastifyInstance,
  context: RestContext,
  hub: WatchHub,
): void {
  for (const url of PATHS) {
    fastify.route({
      method: METHODS,
      url,
      exposeHeadRoute: false,
      // Before the body is read: who is not known sends none, and who sends much waits behind the others.
      onRequest: async (request, reply) => {
        requests.set(request, await openRequest(context, request, reply));
      },
      handler: (request, reply) => handle(requests.get(request) as OpenRequest, hub, reply),
    });
  }
}

interface OpenRequest {
  readonly request: RestRequest;
  readonly turn: Seat;
  readonly warnings: Warnings;
}

/** Those that are under way. */
const requests = new WeakMap<FastifyRequest, OpenRequest>();

async function openRequest(
  context: RestContext,
  raw: FastifyRequest,
  reply: FastifyReply,
): Promise<OpenRequest> {
  const identity = await context.authenticate(credentialsOf(raw.raw));
  const { pathname, query } = splitUrl(raw.url);
  const path = parseResourcePath(context.scheme, pathname);
  if (!path) throw noSuchResource();
  const turn = await takeTurn(reply.raw, () => context.takeTurn(identity.user, pathname));
  const abort = new AbortController();
  reply.raw.once('close', () => abort.abort());
  const warnings = new Warnings();
  const { signal } = abort;
  const client = context.clientFor(identity, { onWarning: warnings.add, signal });
  return { request: { context, path, query, client, signal, raw }, turn, warnings };
}

async function handle(
  { request, turn, warnings }: OpenRequest,
  hub: WatchHub,
  reply: FastifyReply,
): Promise<unknown> {
  const { context, path, query, raw } = request;
  const isWatch = wantsWatch(request);
  const encoder = negotiate(
    {
      accept: raw.headers.accept,
      userAgent: raw.headers['user-agent'],
      query,
      definition: path.definition,
      isList: isWatch || path.name === undefined,
      isWatch,
    },
    context,
  );
  if (isWatch) {
    const connection = chunkedConnection(reply.raw, encoder);
    turn.leave();
    await serveWatch({ request, encoder, hub, connection });
    return reply.hijack();
  }
  const answer = await answerOf(request).finally(() => warnings.writeTo(reply));
  if (answer.type === 'stream') turn.leave();
  return sendAnswer(answer, encoder, { request: raw, reply });
}

function answerOf(request: RestRequest): Promise<Answer> {
  return verbOf(request.raw.method, request.path)(request);
}

/** A list that is to be followed, or one of the oldest paths. */
function wantsWatch({ path, query, raw }: RestRequest): boolean {
  if (raw.method !== 'GET' || path.subresource !== undefined) return false;
  return path.isWatch || (path.name === undefined && flagOf(query, 'watch') === true);
}

function splitUrl(url: string): { pathname: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  if (mark < 0) return { pathname: url, query: new URLSearchParams() };
  return { pathname: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** Kubernetes' words, which tools match on. */
function noSuchResource(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource', {});
}
