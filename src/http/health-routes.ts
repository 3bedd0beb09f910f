import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { answerHealth, type HealthCheck } from './health-checks.ts';

/** Whether the server answers at all. */
const PING: HealthCheck = { name: 'ping', check: () => undefined };

/**
 * `/livez`, `/readyz` and `/healthz`, with `?verbose` and `?exclude=NAME`, and each check by itself as `/readyz/NAME`. What
 * makes a server not ready would not be mended by starting it anew: `/livez` does not look at it.
 */
export function addHealthRoutes(
  server: FastifyInstance,
  readyChecks: readonly HealthCheck[],
  logger: Logger,
): void {
  const all = [PING, ...readyChecks];
  const endpoints = { livez: [PING], readyz: all, healthz: all };
  for (const [endpoint, checks] of Object.entries(endpoints)) {
    const answer = (request: FastifyRequest, reply: FastifyReply, chosen = checks) =>
      sendHealth({ endpoint, checks: chosen, logger }, request, reply);
    server.get(`/${endpoint}`, (request, reply) => answer(request, reply));
    for (const check of checks) {
      server.get(`/${endpoint}/${check.name}`, (request, reply) => answer(request, reply, [check]));
    }
  }
}

interface HealthEndpoint {
  readonly endpoint: string;
  readonly checks: readonly HealthCheck[];
  readonly logger: Logger;
}

async function sendHealth(
  { checks, endpoint, logger }: HealthEndpoint,
  { url }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = new URLSearchParams(url.split('?', 2)[1]);
  const { code, failures, text } = await answerHealth(checks, {
    endpoint,
    isVerbose: query.has('verbose'),
    excluded: query.getAll('exclude'),
  });
  for (const { name, reason } of failures) {
    logger.warn('health check failed', { endpoint, check: name, error: toError(reason) });
  }
  return reply
    .code(code)
    .type('text/plain; charset=utf-8')
    .header('cache-control', 'no-cache, private')
    .header('x-content-type-options', 'nosniff')
    .send(text);
}
