import type { ListOptions, WatchOptions } from '../../apiserver/client.ts';
import { withoutUndefined } from '../../lib/without-undefined.ts';
import {
  type FieldError,
  forbiddenField,
  invalidObject,
  notSupported,
} from '../../scheme/field-error.ts';
import { flagOf, integerOf, textOf } from './query-values.ts';
import type { ResourcePath } from './resource-path.ts';

const MATCHES = ['Exact', 'NotOlderThan'] as const;

/** What a list is asked for. @throws {ApiError} BadRequest, Invalid */
export function listOptionsOf(path: ResourcePath, query: URLSearchParams): ListOptions {
  if (query.has('sendInitialEvents')) {
    refuse(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return withoutUndefined({
    ...selectionOf(path, query),
    limit: integerOf(query, 'limit'),
    continue: textOf(query, 'continue'),
    resourceVersion: textOf(query, 'resourceVersion'),
    resourceVersionMatch: matchOf(query),
  });
}

/** What a watch is asked for. @throws {ApiError} BadRequest, Invalid */
export function watchOptionsOf(path: ResourcePath, query: URLSearchParams): WatchOptions {
  assertInitialEvents(query.has('sendInitialEvents'), matchOf(query));
  return withoutUndefined({
    ...selectionOf(path, query),
    resourceVersion: textOf(query, 'resourceVersion'),
    sendInitialEvents: flagOf(query, 'sendInitialEvents'),
    allowBookmarks: flagOf(query, 'allowWatchBookmarks'),
  });
}

/** Initial events are as new as the version says, or newer: clients must say that they know. */
function assertInitialEvents(isAsked: boolean, match: string | undefined): void {
  if (isAsked === (match === 'NotOlderThan') && (isAsked || match === undefined)) return;
  const why = isAsked
    ? 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    : 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
  refuse(forbiddenField('resourceVersionMatch', why));
}

function refuse(error: FieldError): never {
  throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [error]);
}

/** Which objects are meant: a path that names one chooses it, as the legacy watch of one object does. */
export function selectionOf(
  { namespace, name }: ResourcePath,
  query: URLSearchParams,
): Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'> {
  const asked = textOf(query, 'fieldSelector');
  const named = name === undefined ? undefined : `metadata.name=${name}`;
  const fieldSelector = named && asked ? `${named},${asked}` : (named ?? asked);
  return withoutUndefined({
    namespace,
    labelSelector: textOf(query, 'labelSelector'),
    fieldSelector,
  });
}

function matchOf(query: URLSearchParams): ListOptions['resourceVersionMatch'] | undefined {
  const text = textOf(query, 'resourceVersionMatch');
  const match = MATCHES.find((known) => known === text);
  if (text === undefined || match) return match;
  refuse(notSupported('resourceVersionMatch', text, MATCHES));
}
