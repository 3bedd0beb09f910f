import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { ListOptions, WriteOptions } from '../../apiserver/client.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';
import type { PointInTime } from '../snapshot-reader.ts';
import { INT64_SCALAR, TIME_SCALAR } from './scalars.ts';

/** Where objects go and are looked for when no namespace is given, as kubectl has it. */
export const DEFAULT_NAMESPACE = 'default';

export const POINT_IN_TIME_INPUT = new GraphQLInputObjectType({
  name: 'PointInTimeInput',
  description: 'A moment of the past, within retention: one of its fields.',
  isOneOf: true,
  fields: {
    resourceVersion: {
      type: GraphQLString,
      description: 'The moment at which this version was committed.',
    },
    time: { type: TIME_SCALAR, description: 'A time: what was current then.' },
  },
});

const RESOURCE_VERSION_MATCH = new GraphQLEnumType({
  name: 'ResourceVersionMatch',
  description: 'How a list takes its `resourceVersion`.',
  values: {
    Exact: { description: 'Shows exactly that version.' },
    NotOlderThan: { description: 'Shows that version or a newer one.' },
  },
});

const PROPAGATION_POLICY = new GraphQLEnumType({
  name: 'PropagationPolicy',
  description: 'What becomes of the objects that a deleted object owns.',
  values: {
    Orphan: { description: 'They stay, without their owner.' },
    Background: { description: 'The object goes at once and what it owned follows.' },
    Foreground: { description: 'What it owns goes first; until then the object stays, marked.' },
  },
});

const FIELD_VALIDATION = new GraphQLEnumType({
  name: 'FieldValidation',
  description: 'What becomes of fields that the kind does not have.',
  values: {
    Strict: { description: 'The request is refused and names them.' },
    Warn: { description: 'They are dropped, with a warning.' },
    Ignore: { description: 'They are dropped.' },
  },
});

const DELETE_PRECONDITIONS_INPUT = new GraphQLInputObjectType({
  name: 'DeletePreconditionsInput',
  description: 'What must hold, or the request fails with Conflict and changes nothing.',
  fields: {
    uid: { type: GraphQLString, description: 'The object is still the one with this uid.' },
    resourceVersion: {
      type: GraphQLString,
      description: 'The object has not changed since this version.',
    },
  },
});

const SELECTOR_ARGUMENTS = {
  labelSelector: {
    type: GraphQLString,
    description: 'Only objects with these labels: `app=web,tier in (front,back),!canary`.',
  },
  fieldSelector: {
    type: GraphQLString,
    description:
      'Only objects with these field values: `spec.nodeName=node-1,status.phase!=Running`.',
  },
} satisfies GraphQLFieldConfigArgumentMap;

const AT_ARGUMENT = {
  at: { type: POINT_IN_TIME_INPUT, description: 'Reads the past. By default the present.' },
} satisfies GraphQLFieldConfigArgumentMap;

/** The namespace of one object. Resources that live in none have no such argument. */
export function namespaceArgument({
  namespaced,
}: Pick<ResourceDefinition, 'namespaced'>): GraphQLFieldConfigArgumentMap {
  if (!namespaced) return {};
  return {
    namespace: {
      type: GraphQLString,
      defaultValue: DEFAULT_NAMESPACE,
      description: 'The namespace that the object is in.',
    },
  };
}

/** The namespace of a selection: without it, all of them. */
export function namespacesArgument({
  namespaced,
}: Pick<ResourceDefinition, 'namespaced'>): GraphQLFieldConfigArgumentMap {
  if (!namespaced) return {};
  return {
    namespace: { type: GraphQLString, description: 'Only this namespace. By default all of them.' },
  };
}

export function selectionArguments(
  definition: Pick<ResourceDefinition, 'namespaced'>,
): GraphQLFieldConfigArgumentMap {
  return { ...namespacesArgument(definition), ...SELECTOR_ARGUMENTS };
}

export function objectArguments(
  definition: Pick<ResourceDefinition, 'namespaced'>,
): GraphQLFieldConfigArgumentMap {
  return {
    ...namespaceArgument(definition),
    name: { type: new GraphQLNonNull(GraphQLString), description: 'The name of the object.' },
  };
}

export function getArguments(
  definition: Pick<ResourceDefinition, 'namespaced'>,
): GraphQLFieldConfigArgumentMap {
  return { ...objectArguments(definition), ...AT_ARGUMENT };
}

export function listArguments(
  definition: Pick<ResourceDefinition, 'namespaced'>,
): GraphQLFieldConfigArgumentMap {
  return {
    ...selectionArguments(definition),
    limit: {
      type: GraphQLInt,
      description: 'At most this many objects; `metadata.continue` leads to the next ones.',
    },
    continue: {
      type: GraphQLString,
      description: 'Reads on where the page with this `metadata.continue` ended.',
    },
    ...AT_ARGUMENT,
    resourceVersion: {
      type: GraphQLString,
      description:
        'By default the list is as new as any acknowledged write. `0`: what is in memory, which is cheapest.',
    },
    resourceVersionMatch: {
      type: RESOURCE_VERSION_MATCH,
      description: 'How `resourceVersion` is taken.',
    },
  };
}

export const WATCH_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  resourceVersion: {
    type: GraphQLString,
    description:
      'Changes after this version, such as that of a list. By default the present comes first, as ADDED events.',
  },
  sendInitialEvents: {
    type: GraphQLBoolean,
    description:
      'First the present as ADDED events, then a bookmark with `initialEventsEnd`, then the changes.',
  },
  allowBookmarks: {
    type: GraphQLBoolean,
    description:
      'Whether BOOKMARK events come now and then, so that there is a recent version to resume from.',
  },
};

export const WRITE_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  dryRun: {
    type: GraphQLBoolean,
    description: 'Answers as if it were done, and stores nothing.',
  },
  fieldManager: {
    type: GraphQLString,
    description: 'The name under which the change is recorded in managedFields.',
  },
  fieldValidation: {
    type: FIELD_VALIDATION,
    description: 'What becomes of fields that the kind does not have. By default `Strict`.',
  },
};

export const DELETE_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  gracePeriodSeconds: {
    type: INT64_SCALAR,
    description:
      'Seconds until the object goes; 0 is at once. By default what the kind says (Pods: 30).',
  },
  propagationPolicy: {
    type: PROPAGATION_POLICY,
    description: 'What becomes of the objects that it owns. By default `Background`.',
  },
  dryRun: WRITE_ARGUMENTS.dryRun as GraphQLFieldConfigArgumentMap[string],
};

export const PRECONDITIONS_ARGUMENT: GraphQLFieldConfigArgumentMap = {
  preconditions: {
    type: DELETE_PRECONDITIONS_INPUT,
    description: 'What must hold for the object to be deleted.',
  },
};

/** Arguments as resolvers get them: absent ones are undefined or null. */
export type Arguments = Readonly<Record<string, unknown>>;

export function textArgument(args: Arguments, name: string): string | undefined {
  return (args[name] as string | null | undefined) ?? undefined;
}

/** The moment that `at` names. @throws {ApiError} BadRequest */
export function toPointInTime(args: Arguments): PointInTime | undefined {
  const at = args.at as { resourceVersion?: string; time?: string } | null | undefined;
  if (!at) return undefined;
  if (typeof at.resourceVersion === 'string') return { resourceVersion: at.resourceVersion };
  if (typeof at.time === 'string') return { timeMs: Date.parse(at.time) };
  throw badRequest('at: name a resourceVersion or a time');
}

/** Leaves out what is undefined or null, so that the pipeline's defaults hold. */
function given<T extends object>(options: { [K in keyof T]: T[K] | null | undefined }): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)) as T;
}

export function toListOptions(args: Arguments): ListOptions {
  return given<ListOptions>({
    namespace: textArgument(args, 'namespace'),
    labelSelector: textArgument(args, 'labelSelector'),
    fieldSelector: textArgument(args, 'fieldSelector'),
    limit: args.limit as number | undefined,
    continue: textArgument(args, 'continue'),
    resourceVersion: textArgument(args, 'resourceVersion'),
    resourceVersionMatch: args.resourceVersionMatch as ListOptions['resourceVersionMatch'],
    at: toPointInTime(args),
  });
}

export function toWriteOptions(args: Arguments, ctx: RequestContext): WriteOptions {
  return given<WriteOptions>({
    dryRun: args.dryRun as boolean | undefined,
    fieldManager: textArgument(args, 'fieldManager'),
    fieldValidation: args.fieldValidation as WriteOptions['fieldValidation'],
    onWarning: ctx.addWarning,
    signal: ctx.signal,
  });
}
