import type {
  KindDefinition,
  ResourceDefinition,
  SubresourceDefinition,
  Verb,
} from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { findKind } from './kind-index.ts';
import type { Method, Operation, PathItem } from './operation.ts';
import {
  NAMESPACE,
  nameOf,
  PATH,
  type Parameter,
  PRETTY,
  SUBRESOURCE_PARAMETERS,
} from './parameters.ts';
import type { KindName } from './published-schema.ts';
import { verbOperation } from './verb-operations.ts';

/** @param nameOperation Kubernetes' name of an operation: of its verb, an ending, and the method of a connection. */
export function subresourcePaths(
  scheme: Scheme,
  definition: ResourceDefinition,
  objectPath: string,
  nameOperation: NameOperation,
): readonly PathItem[] {
  return definition.subresources.flatMap((subresource) => {
    const place: Place = {
      path: `${objectPath}/${subresource.name}`,
      parameters: [
        nameOf((subresource.kind ?? definition).kind),
        ...(definition.namespaced ? [NAMESPACE] : []),
      ],
      ending: capitalize(subresource.name),
      nameOperation,
    };
    const kind = subresource.kind ? findKind(scheme, subresource.kind) : definition;
    if (!kind) return connectPaths(subresource, place);
    return [objectPathItem(definition, subresource, kind, place)];
  });
}

type NameOperation = (verb: string, ending: string, method?: string) => string;

interface Place {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Of the names of operations: `Status`. */
  readonly ending: string;
  readonly nameOperation: NameOperation;
}

const ID_VERBS: Partial<Record<Verb, string>> = {
  create: 'create',
  get: 'read',
  patch: 'patch',
  update: 'replace',
};

/** A subresource that is read and written as an object, or read as a text. */
function objectPathItem(
  definition: ResourceDefinition,
  { name, verbs }: SubresourceDefinition,
  kind: KindDefinition,
  { ending, nameOperation, parameters, path }: Place,
): PathItem {
  const operations = verbs.map((verb) => {
    const id = nameOperation(ID_VERBS[verb] ?? verb, ending);
    return verbOperation(verb, definition, kind, id);
  });
  return {
    path,
    parameters: [...parameters, ...(SUBRESOURCE_PARAMETERS[name] ?? []), PRETTY],
    operations: name === 'log' ? operations.map(toText) : operations,
  };
}

function toText({ answer, ...operation }: Operation): Operation {
  return { ...operation, produces: ['text/plain'] };
}

const CONNECT_METHODS: Partial<Record<Verb, readonly Method[]>> = {
  create: ['post'],
  delete: ['delete'],
  get: ['get'],
  patch: ['patch'],
  update: ['put'],
};
/** A proxy passes on any request. */
const PROXY_METHODS: readonly Method[] = ['head', 'options'];

/** A subresource that is a connection to what stands behind the object: exec, port-forward, proxy. */
function connectPaths(
  { kind, name, verbs }: SubresourceDefinition,
  place: Place,
): readonly PathItem[] {
  if (!kind) return [];
  const isProxy = name === 'proxy';
  const methods = verbs.flatMap((verb) => CONNECT_METHODS[verb] ?? []);
  const operations = (ending: string) =>
    [...methods, ...(isProxy ? PROXY_METHODS : [])].map((method) =>
      connectOperation(
        method,
        kind,
        place.nameOperation('connect', ending, capitalize(method)),
        name,
      ),
    );
  const parameters = [...place.parameters, ...(SUBRESOURCE_PARAMETERS[name] ?? [])];
  const item = { path: place.path, parameters, operations: operations(place.ending) };
  if (!isProxy) return [item];
  const rest = {
    path: `${place.path}/{path}`,
    parameters: [...parameters, PATH],
    operations: operations(`${place.ending}WithPath`),
  };
  return [item, rest];
}

function connectOperation(method: Method, kind: KindName, id: string, name: string): Operation {
  return {
    method,
    action: 'connect',
    id,
    description: `Connect ${method.toUpperCase()} requests to ${name}.`,
    kind,
    parameters: [],
    codes: [200, 401],
    produces: ['*/*'],
  };
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
