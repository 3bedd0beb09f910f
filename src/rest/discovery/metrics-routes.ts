import type { FastifyInstance } from 'fastify';
import type { RestContext } from '../rest-context.ts';
import { addPath } from './paths.ts';

/** The text-based format of Prometheus. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics`, for whoever may read that path. */
export function metricsRoutes({ readMetrics }: RestContext): (fastify: FastifyInstance) => void {
  return (fastify) =>
    addPath(fastify, '/metrics', async (_request, reply) => {
      const text = await readMetrics();
      return reply.type(CONTENT_TYPE).header('cache-control', 'no-cache').send(text);
    });
}
