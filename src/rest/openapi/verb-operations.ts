import type { KindDefinition, ResourceDefinition, Verb } from '../../scheme/resource.ts';
import { listTypeOf } from './kind-index.ts';
import type { Method, Operation } from './operation.ts';
import {
  DELETE_PARAMETERS,
  LIST_PARAMETERS,
  PATCH_PARAMETERS,
  type Parameter,
  WRITE_PARAMETERS,
} from './parameters.ts';
import { PATCH, WATCH_EVENT } from './well-known-types.ts';

const OBJECT_TYPES = ['application/json', 'application/yaml'];
const LIST_TYPES = [...OBJECT_TYPES, 'application/json;stream=watch'];
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
const STATUS = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

interface VerbSpec {
  readonly method: Method;
  readonly action: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly codes: readonly number[];
}

/** `%` stands for the kind. */
const VERBS: Readonly<Record<Verb, VerbSpec>> = {
  create: {
    method: 'post',
    action: 'post',
    description: 'Create an object of kind %.',
    parameters: WRITE_PARAMETERS,
    codes: [200, 201, 202],
  },
  delete: {
    method: 'delete',
    action: 'delete',
    description: 'Delete an object of kind %.',
    parameters: DELETE_PARAMETERS,
    codes: [200, 202],
  },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    description: 'Delete all chosen objects of kind %.',
    parameters: [...DELETE_PARAMETERS, ...LIST_PARAMETERS],
    codes: [200],
  },
  get: {
    method: 'get',
    action: 'get',
    description: 'Read an object of kind %.',
    parameters: [],
    codes: [200],
  },
  list: {
    method: 'get',
    action: 'list',
    description: 'List or watch objects of kind %.',
    parameters: LIST_PARAMETERS,
    codes: [200],
  },
  patch: {
    method: 'patch',
    action: 'patch',
    description: 'Change parts of an object of kind %.',
    parameters: PATCH_PARAMETERS,
    codes: [200, 201],
  },
  update: {
    method: 'put',
    action: 'put',
    description: 'Replace an object of kind %.',
    parameters: WRITE_PARAMETERS,
    codes: [200, 201],
  },
  watch: {
    method: 'get',
    action: 'watchlist',
    description: 'Watch objects of kind %. Superseded by the parameter watch of a list.',
    parameters: LIST_PARAMETERS,
    codes: [200],
  },
};

/**
 * The request that `verb` of a resource is.
 * @param kind What is sent and answered: a subresource's may be another than the resource's own.
 */
export function verbOperation(
  verb: Verb,
  definition: ResourceDefinition,
  kind: KindDefinition,
  id: string,
): Operation {
  const { method, action, codes, description, parameters } = VERBS[verb];
  const isListed = verb === 'list' || verb === 'watch';
  return {
    method,
    action,
    id,
    description: description.replace('%', kind.kind),
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    parameters,
    ...bodyOf(verb, kind),
    answer: answerOf(verb, definition, kind),
    codes: [...codes, 401],
    produces: isListed ? LIST_TYPES : OBJECT_TYPES,
  };
}

function bodyOf(verb: Verb, { schemaName }: KindDefinition): Pick<Operation, 'body'> {
  switch (verb) {
    case 'create':
    case 'update':
      return { body: { typeName: schemaName, contentTypes: OBJECT_TYPES } };
    case 'patch':
      return { body: { typeName: PATCH, contentTypes: PATCH_TYPES } };
    case 'delete':
    case 'deletecollection':
      return { body: { typeName: DELETE_OPTIONS, contentTypes: OBJECT_TYPES } };
    default:
      return {};
  }
}

function answerOf(verb: Verb, definition: ResourceDefinition, kind: KindDefinition): string {
  switch (verb) {
    case 'list':
      return listTypeOf(definition);
    case 'watch':
      return WATCH_EVENT;
    case 'delete':
    case 'deletecollection':
      return STATUS;
    default:
      return kind.schemaName;
  }
}
