import { ApiError } from '../../scheme/errors.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import type { VerbHandler } from '../answer.ts';
import type { ResourcePath } from '../request/resource-path.ts';
import { deleteMany, deleteOne } from './delete.ts';
import { podLog } from './pod-log.ts';
import { proxy } from './proxy.ts';
import { getOne, list } from './read.ts';
import { act, bind, create, patchOne, update } from './write.ts';

type Handlers = Readonly<Partial<Record<string, VerbHandler>>>;

const OF_COLLECTION: Handlers = { GET: list, POST: create, DELETE: deleteMany };
const OF_OBJECT: Handlers = { GET: getOne, PUT: update, PATCH: patchOne, DELETE: deleteOne };
const OF_SUBRESOURCE: Handlers = { GET: getOne, POST: act, PUT: update, PATCH: patchOne };

const PROXY: Handlers = { GET: proxy, POST: proxy, PUT: proxy, PATCH: proxy, DELETE: proxy };

/** Collections that nothing is kept in. */
const ACTIONS: ReadonlyMap<string, Handlers> = new Map<string, Handlers>([
  ['bindings', { POST: bind }],
]);

/** Subresources that answer with something else than a side of their object. */
const CONNECTIONS: ReadonlyMap<string, Handlers> = new Map<string, Handlers>([
  ['pods/log', { GET: podLog }],
  ['pods/proxy', PROXY],
  ['services/proxy', PROXY],
  ['nodes/proxy', PROXY],
]);

/** What does `method` at a path. @throws {ApiError} MethodNotAllowed */
export function verbOf(method: string, path: ResourcePath): VerbHandler {
  const handler = handlersOf(path)[method];
  if (handler && !needsNamespace(method, path)) return handler;
  throw new ApiError(
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

function handlersOf({ definition, name, subresource }: ResourcePath): Handlers {
  if (name === undefined) return ACTIONS.get(qualifiedName(definition)) ?? OF_COLLECTION;
  if (subresource === undefined) return OF_OBJECT;
  return CONNECTIONS.get(`${qualifiedName(definition)}/${subresource}`) ?? OF_SUBRESOURCE;
}

/** All namespaces at once can be read, and nothing else. */
function needsNamespace(method: string, { definition, namespace }: ResourcePath): boolean {
  return method !== 'GET' && definition.namespaced && namespace === undefined;
}
