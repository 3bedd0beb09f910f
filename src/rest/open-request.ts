import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../apiserver/authentication/authenticator.ts';
import type { ApiClient } from '../apiserver/client.ts';
import type { Seat } from '../apiserver/fairness/fair-queues.ts';
import { type Closing, takeTurn } from '../http/take-turn.ts';
import { ApiError } from '../scheme/errors.ts';
import { parseResourcePath, type ResourcePath } from './request/resource-path.ts';
import type { RestContext } from './rest-context.ts';
import { Warnings } from './warnings.ts';

/** A request for a resource by somebody who is known, before its body is read. */
export interface OpenRequest {
  readonly context: RestContext;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  /** The API as whoever asks. */
  readonly client: ApiClient;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** Ends with the answer, or when a stream opens. */
  readonly turn: Seat;
  readonly warnings: Warnings;
}

/** Who asks, for what. @throws {ApiError} Unauthorized, NotFound, TooManyRequests */
export async function openRequest(
  context: RestContext,
  { url = '' }: Pick<IncomingMessage, 'url'>,
  credentials: Credentials,
  closing: Closing,
): Promise<OpenRequest> {
  const identity = await context.authenticate(credentials);
  const { pathname, query } = splitUrl(url);
  const path = parseResourcePath(context.scheme, pathname);
  if (!path) throw noSuchResource();
  const turn = await takeTurn(closing, () => context.takeTurn(identity.user, pathname));
  const abort = new AbortController();
  closing.once('close', () => abort.abort());
  const warnings = new Warnings();
  const { signal } = abort;
  const client = context.clientFor(identity, { onWarning: warnings.add, signal });
  return { context, path, query, client, signal, turn, warnings };
}

function splitUrl(url: string): { pathname: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  if (mark < 0) return { pathname: url, query: new URLSearchParams() };
  return { pathname: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** Kubernetes' words, which tools match on. */
function noSuchResource(): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource', {});
}
