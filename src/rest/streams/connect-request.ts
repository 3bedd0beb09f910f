import type { IncomingMessage } from 'node:http';
import type { ConnectVerb, ProcessRequest, Target } from '../../apiserver/client.ts';
import { flagOf, textOf } from '../request/query-values.ts';

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/(exec|attach|portforward)\/?$/;

/** A request for a connection to a Pod. */
export interface ConnectRequest {
  readonly target: Target;
  readonly subresource: 'exec' | 'attach' | 'portforward';
  /** Clients ask for WebSockets by GET, and for SPDY by POST. */
  readonly verb: ConnectVerb;
  readonly query: URLSearchParams;
}

/** Whether a path leads to a connection. */
export const isConnectPath = (path: string): boolean => PATH.test(path);

/** Undefined for a path that leads elsewhere, or means nothing. */
export function parseConnectRequest({
  method,
  url = '',
}: IncomingMessage): ConnectRequest | undefined {
  const [path = '', query] = url.split('?', 2);
  const [, namespace, name, subresource] = PATH.exec(path) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return {
    target: { namespace: decode(namespace), name: decode(name) },
    subresource: subresource as ConnectRequest['subresource'],
    verb: method === 'POST' ? 'create' : 'get',
    query: new URLSearchParams(query),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Ignored: no object has such a name, as the answer will say.
    return segment;
  }
}

/** What a request for exec or attach asks for. @throws {ApiError} BadRequest */
export function processRequestOf({ query, subresource, verb }: ConnectRequest): ProcessRequest {
  const flag = (name: string): boolean => flagOf(query, name) ?? false;
  return {
    subresource: subresource === 'attach' ? 'attach' : 'exec',
    verb,
    container: textOf(query, 'container'),
    command: query.getAll('command'),
    stdin: flag('stdin'),
    stdout: flag('stdout'),
    stderr: flag('stderr'),
    tty: flag('tty'),
  };
}
