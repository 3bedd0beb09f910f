import type { FastifyRequest } from 'fastify';
import type { ApiClient } from '../apiserver/client.ts';
import { type RawBody, readObjectBody } from './request/body.ts';
import type { ResourcePath } from './request/resource-path.ts';
import type { RestContext } from './rest-context.ts';

/** One request for a resource, by somebody who is known. */
export interface RestRequest {
  readonly context: RestContext;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  /** The API as whoever asks. */
  readonly client: ApiClient;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly raw: FastifyRequest;
}

/** The body as it came. */
export function rawBodyOf({ raw }: RestRequest): RawBody {
  const { body } = raw;
  return {
    contentType: raw.headers['content-type'],
    text: typeof body === 'string' ? body : '',
  };
}

/** The value of the body; undefined where there is none. @throws {ApiError} BadRequest, UnsupportedMediaType */
export function bodyOf(request: RestRequest): unknown {
  return readObjectBody(rawBodyOf(request));
}
