import type { FastifyInstance } from 'fastify';
import type { RestContext } from '../rest-context.ts';

/** The text-based format of Prometheus. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics`, for whoever may read that path. */
export function addMetricsRoutes(fastify: FastifyInstance, { readMetrics }: RestContext): void {
  fastify.get('/metrics', async (_request, reply) => {
    return reply
      .type(CONTENT_TYPE)
      .header('cache-control', 'no-cache')
      .send(await readMetrics());
  });
}
