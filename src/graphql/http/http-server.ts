/**
 * The HTTP server that doors are added to: `/livez` and `/readyz`, the check of the Host header, and errors as Status.
 * It knows nothing of GraphQL.
 */
import { type FastifyInstance, fastify } from 'fastify';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { ApiError, badRequest, entityTooLarge, type Status } from '../../scheme/errors.ts';
import { toApiError } from '../mask-error.ts';
import { createHostCheck } from './host-check.ts';

/** How a server proves who it is over TLS, and whom it believes. All PEM. */
export interface ServingTls {
  readonly certificate: string;
  readonly privateKey: string;
  /** Who vouches for client certificates. */
  readonly clientAuthority: string;
}

export interface HttpServerOptions {
  /** @default plain HTTP */
  readonly tls?: ServingTls | undefined;
  readonly logger: Logger;
  /** What is not ready yet; empty when everything serves. */
  readonly notReady: () => readonly string[];
  /** Names that the server may be called by, beside addresses and `localhost`. @default none */
  readonly allowedHosts?: readonly string[];
}

/** Idle connections are kept longer than clients and proxies keep theirs, so that none closes in mid-request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const MAX_PARAMETER_LENGTH = 1_024;

/** Makes the server; `listen` starts it. */
export function createHttpServer({
  logger,
  notReady,
  allowedHosts = [],
  tls,
}: HttpServerOptions): FastifyInstance {
  const server = createServer(tls);
  const isOurHost = createHostCheck(allowedHosts);
  server.addHook('onRequest', (request, reply, done) => {
    if (isOurHost(request.headers.host)) return done();
    const error = badRequest(
      `this server is not called "${request.headers.host}"; see --allowed-hosts`,
    );
    void reply.code(421).send(error.toStatus());
  });
  server.get('/livez', () => 'ok');
  server.get('/readyz', (_request, reply) => {
    const missing = notReady();
    return missing.length === 0 ? 'ok' : reply.code(503).send(`not ready: ${missing.join(', ')}`);
  });
  server.setNotFoundHandler((request, reply) => {
    const error = new ApiError('NotFound', `there is nothing at ${request.method} ${request.url}`);
    return reply.code(404).send(error.toStatus());
  });
  server.setErrorHandler((error, _request, reply) => {
    const status = toStatus(error, logger);
    if (status.code === 401) void reply.header('www-authenticate', 'Bearer');
    return reply.code(status.code).send(status);
  });
  return server;
}

const SERVER_OPTIONS = {
  logger: false,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  forceCloseConnections: 'idle',
  routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
} as const;

function createServer(tls: ServingTls | undefined): FastifyInstance {
  if (!tls) return fastify(SERVER_OPTIONS);
  const https = {
    cert: tls.certificate,
    key: tls.privateKey,
    ca: tls.clientAuthority,
    minVersion: 'TLSv1.2',
    // Whoever has no certificate may have a token. One that is not trusted is refused with the request, as a bad token is.
    requestCert: true,
    rejectUnauthorized: false,
  } as const;
  // Routes and hooks are the same over TLS; only the type of the raw server differs.
  return fastify({ ...SERVER_OPTIONS, https }) as unknown as FastifyInstance;
}

/** Any error of a request as a Status; those that nobody foresaw are masked and logged. */
export function toStatus(thrown: unknown, logger: Logger): Status {
  if (thrown instanceof ApiError) return thrown.toStatus();
  const { code, statusCode } = thrown as { code?: string; statusCode?: number };
  const { message } = toError(thrown);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return entityTooLarge('Request entity too large').toStatus();
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new ApiError('UnsupportedMediaType', `${message}: send application/json`).toStatus();
  }
  if (statusCode !== undefined && statusCode < 500) return badRequest(message).toStatus();
  return toApiError(logger, thrown).toStatus();
}
