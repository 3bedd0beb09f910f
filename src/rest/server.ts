/**
 * The REST door: the Kubernetes API as kubectl, Helm and client-go speak it, at `/api` and `/apis`.
 *
 * Invariant: it holds no rule of its own. Everything goes through the `ApiClient` of whoever asks; what is here is how
 * requests are read and answers are written. Resources are those of the scheme: no kind is named.
 * Entry point: {@link createRestDoor}.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addBytesParser } from '../http/body-parser.ts';
import { credentialsOf } from '../http/credentials.ts';
import type { Door } from '../http/door.ts';
import { addFailureHeaders, type HttpServer, toStatus } from '../http/http-server.ts';
import { negotiateFormat } from './content/negotiate.ts';
import { ROUTE_MODULES, UPGRADE_MODULES, VIEW_FACTORIES } from './modules.ts';
import { addResourceRoutes } from './resource-routes.ts';
import {
  DEFAULT_REST_LIMITS,
  type RestContext,
  type RestDoorOptions,
  type RouteModule,
} from './rest-context.ts';
import { WatchHub } from './watch/watch-hub.ts';
import { addWatchUpgrade } from './watch/watch-upgrade.ts';

export function createRestDoor(options: RestDoorOptions): Door {
  const limits = { ...DEFAULT_REST_LIMITS, ...options.limits };
  return new RestDoor({ ...options, limits, views: VIEW_FACTORIES });
}

class RestDoor implements Door {
  readonly #context: RestContext;
  readonly #hub = new WatchHub();
  readonly #routes: readonly ReturnType<RouteModule>[];

  constructor(context: RestContext) {
    this.#context = context;
    this.#routes = ROUTE_MODULES.map((create) => create(context));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  openOn({ fastify, upgrades }: HttpServer): void {
    const context = this.#context;
    void fastify.register((scope, _options, done) => {
      addBytesParser(scope, context.limits.maxBodyBytes);
      scope.setErrorHandler((error, request, reply) => sendStatus(context, error, request, reply));
      addResourceRoutes(scope, context, this.#hub);
      done();
    });
    void fastify.register((scope, _options, done) => {
      scope.setErrorHandler((error, request, reply) => sendStatus(context, error, request, reply));
      addAdmission(scope, context);
      for (const add of this.#routes) add(scope);
      done();
    });
    for (const add of UPGRADE_MODULES) add(upgrades, context);
    // Last, because it takes every path of a resource.
    addWatchUpgrade(upgrades, context, this.#hub);
  }

  stop(): Promise<void> {
    this.#hub.stop();
    return Promise.resolve();
  }
}

/** Paths that are no resources have a right of their own. */
function addAdmission(scope: FastifyInstance, { admitToPath }: RestContext): void {
  scope.addHook('onRequest', async (request) => {
    await admitToPath(credentialsOf(request.raw), request.url.split('?', 1)[0] ?? '');
  });
}

/** Any failure, as a Status in the format that the client reads. */
function sendStatus(
  { logger }: RestContext,
  error: unknown,
  { headers, url }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = toStatus(error, logger);
  const format = negotiateFormat({
    accept: headers.accept,
    userAgent: headers['user-agent'],
    query: new URLSearchParams(url.split('?', 2)[1]),
  });
  addFailureHeaders(reply, status);
  return reply
    .code(status.code)
    .type(format.mediaType)
    .send(Buffer.from(format.write(status)));
}
