import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { MaybePromise } from '../../lib/maybe-promise.ts';

export type PathHandler = (
  request: FastifyRequest,
  reply: FastifyReply,
) => MaybePromise<FastifyReply>;

/** Serves `path`, with and without a slash at its end. */
export function addPath(fastify: FastifyInstance, path: string, handler: PathHandler): void {
  for (const url of [path, `${path}/`]) {
    fastify.get(url, async (request, reply) => handler(request, reply));
  }
}
