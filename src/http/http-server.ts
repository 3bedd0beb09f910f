/**
 * The HTTP server that doors are opened on: `/livez`, `/readyz` and `/healthz`, the check of the Host header, WebSockets by path, and
 * errors as Status. It knows none of its doors.
 */
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { ApiError, badRequest, entityTooLarge, type Status } from '../scheme/errors.ts';
import type { HealthCheck } from './health-checks.ts';
import { addHealthRoutes } from './health-routes.ts';
import { createHostCheck } from './host-check.ts';
import { toApiError } from './mask-error.ts';
import { Upgrades } from './upgrades.ts';

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
  /** What `/readyz` and `/healthz` look at, beside whether the server answers. @default nothing */
  readonly readyChecks?: readonly HealthCheck[];
  /** Names that the server may be called by, beside addresses and `localhost`. @default none */
  readonly allowedHosts?: readonly string[];
  /** How long a request may take to come in whole, its body included, in milliseconds. @default 60_000 */
  readonly requestTimeoutMs?: number;
}

export interface HttpServer {
  readonly fastify: FastifyInstance;
  readonly upgrades: Upgrades;
  /** Resolves with the address: `http://127.0.0.1:4000`. Port 0 takes any that is free. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Answers what is under way and closes every connection. The doors end their streams before. */
  close(): Promise<void>;
}

/** Idle connections are kept longer than clients and proxies keep theirs, so that none closes in mid-request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const DEFAULT_REQUEST_TIMEOUT_MS = 60_000;
/** Node.js looks so many times, within the time that a request has, whether one has used it up. */
const LOOKS_PER_TIMEOUT = 4;
const MAX_PARAMETER_LENGTH = 1_024;

/** Makes the server; `listen` starts it. */
export function createHttpServer({
  logger,
  readyChecks = [],
  allowedHosts = [],
  requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS,
  tls,
}: HttpServerOptions): HttpServer {
  const server = createFastify(tls, requestTimeoutMs);
  // Of the two, Node.js takes the longer one for the request.
  server.server.headersTimeout = Math.min(server.server.headersTimeout, requestTimeoutMs);
  addHostCheck(server, allowedHosts);
  addHealthRoutes(server, readyChecks, logger);
  addErrorAnswers(server, logger);
  return {
    fastify: server,
    upgrades: new Upgrades(server, allowedHosts),
    listen: (address) => server.listen(address),
    close: () => close(server),
  };
}

/** Requests that are under way when the server closes may take this long, in milliseconds. */
const CLOSE_GRACE_MS = 1_000;

/** Node.js closes what is idle, but waits for connections on which nothing was ever asked. */
async function close(server: FastifyInstance): Promise<void> {
  const timer = systemClock.setTimer(CLOSE_GRACE_MS, () => server.server.closeAllConnections());
  await server.close();
  timer.cancel();
}

function addHostCheck(server: FastifyInstance, allowedHosts: readonly string[]): void {
  const isOurHost = createHostCheck(allowedHosts);
  server.addHook('onRequest', (request, reply, done) => {
    if (isOurHost(request.headers.host)) return done();
    const error = badRequest(
      `this server is not called "${request.headers.host}"; see --allowed-hosts`,
    );
    void reply.code(421).send(error.toStatus());
  });
}

function addErrorAnswers(server: FastifyInstance, logger: Logger): void {
  server.setNotFoundHandler((request, reply) => {
    const error = new ApiError('NotFound', `there is nothing at ${request.method} ${request.url}`);
    return reply.code(404).send(error.toStatus());
  });
  server.setErrorHandler((error, _request, reply) => {
    const status = toStatus(error, logger);
    addFailureHeaders(reply, status);
    return reply.code(status.code).send(status);
  });
}

const SERVER_OPTIONS = {
  logger: false,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  forceCloseConnections: 'idle',
  routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
  // What comes before any route is chosen: a path with an escape that means nothing.
  frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
    void reply.code(400).send(badRequest(error.message).toStatus());
  },
} as const;

function createFastify(tls: ServingTls | undefined, requestTimeout: number): FastifyInstance {
  const http = { connectionsCheckingInterval: requestTimeout / LOOKS_PER_TIMEOUT };
  if (!tls) return fastify({ ...SERVER_OPTIONS, requestTimeout, http });
  const https = {
    ...http,
    cert: tls.certificate,
    key: tls.privateKey,
    ca: tls.clientAuthority,
    minVersion: 'TLSv1.2',
    // Whoever has no certificate may have a token. One that is not trusted is refused with the request, as a bad token is.
    requestCert: true,
    rejectUnauthorized: false,
  } as const;
  // Routes and hooks are the same over TLS; only the type of the raw server differs.
  return fastify({ ...SERVER_OPTIONS, requestTimeout, https }) as unknown as FastifyInstance;
}

/** What HTTP says of a failure beside its code: how to be known, and when to come back. */
export function addFailureHeaders(reply: FastifyReply, { code, details }: Status): void {
  if (code === 401) void reply.header('www-authenticate', 'Bearer');
  const { retryAfterSeconds } = details ?? {};
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
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
