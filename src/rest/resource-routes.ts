import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { credentialsOf } from '../http/credentials.ts';
import { negotiate } from './content/negotiate.ts';
import { type OpenRequest, openRequest } from './open-request.ts';
import type { RestContext } from './rest-context.ts';
import { NO_BODY, type RestRequest, wantsWatch } from './rest-request.ts';
import { sendAnswer } from './send.ts';
import { verbOf } from './verbs/verb-table.ts';
import { chunkedConnection } from './watch/connections.ts';
import { serveWatch } from './watch/serve-watch.ts';
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
        const credentials = credentialsOf(request.raw);
        opened.set(request, await openRequest(context, request.raw, credentials, reply.raw));
      },
      handler: (request, reply) => handle(toRestRequest(request), hub, { request, reply }),
    });
  }
}

/** Those that are under way. */
const opened = new WeakMap<FastifyRequest, OpenRequest>();

function toRestRequest(request: FastifyRequest): RestRequest {
  const { body, headers, method } = request;
  const open = opened.get(request) as OpenRequest;
  return { ...open, method, headers, body: Buffer.isBuffer(body) ? body : NO_BODY };
}

async function handle(
  request: RestRequest,
  hub: WatchHub,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<unknown> {
  const { reply } = exchange;
  const encoder = negotiate(request);
  if (wantsWatch(request)) {
    request.turn.leave();
    const connection = chunkedConnection(reply.raw, encoder, request.warnings);
    await serveWatch({ request, encoder, hub, connection });
    return reply.hijack();
  }
  const answer = await verbOf(
    request.method,
    request.path,
  )(request).finally(() => request.warnings.writeTo(reply.raw));
  if (answer.type === 'stream') request.turn.leave();
  const { stalledMs } = request.context.limits;
  return sendAnswer(answer, encoder, { ...exchange, stalledMs });
}
