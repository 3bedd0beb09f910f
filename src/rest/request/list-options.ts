import type { ListOptions, WatchOptions } from '../../apiserver/client.ts';
import { withoutUndefined } from '../../lib/without-undefined.ts';
import { invalidObject, notSupported } from '../../scheme/field-error.ts';
import { flagOf, integerOf, textOf } from './query-values.ts';
import type { ResourcePath } from './resource-path.ts';

const MATCHES = ['Exact', 'NotOlderThan'] as const;

/** What a list is asked for. @throws {ApiError} BadRequest, Invalid */
export function listOptionsOf(path: ResourcePath, query: URLSearchParams): ListOptions {
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
  return withoutUndefined({
    ...selectionOf(path, query),
    resourceVersion: textOf(query, 'resourceVersion'),
    sendInitialEvents: flagOf(query, 'sendInitialEvents'),
    allowBookmarks: flagOf(query, 'allowWatchBookmarks'),
  });
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

export function matchOf(query: URLSearchParams): ListOptions['resourceVersionMatch'] | undefined {
  const text = textOf(query, 'resourceVersionMatch');
  const match = MATCHES.find((known) => known === text);
  if (text === undefined || match) return match;
  throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [
    notSupported('resourceVersionMatch', text, MATCHES),
  ]);
}
