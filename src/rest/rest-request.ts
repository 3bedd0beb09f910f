import type { IncomingHttpHeaders } from 'node:http';
import type { OpenRequest } from './open-request.ts';
import { type RawBody, type ReadBody, readObjectBody } from './request/body.ts';
import { flagOf } from './request/query-values.ts';

/** One request for a resource, whole. */
export interface RestRequest extends OpenRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came; empty where nothing was sent. */
  readonly body: Buffer;
}

export const NO_BODY = Buffer.alloc(0);

/** The body as it came. */
export function rawBodyOf({ body, headers }: RestRequest): RawBody {
  return { contentType: headers['content-type'], bytes: body };
}

/** What the body says. @throws {ApiError} BadRequest, UnsupportedMediaType */
export function bodyOf(request: RestRequest): ReadBody {
  return readObjectBody(rawBodyOf(request));
}

/** Whether a list is to be followed, by its query or by one of the oldest paths. */
export function wantsWatch({ method, path, query }: RestRequest): boolean {
  if (method !== 'GET' || path.subresource !== undefined) return false;
  return path.isWatch || (path.name === undefined && flagOf(query, 'watch') === true);
}
