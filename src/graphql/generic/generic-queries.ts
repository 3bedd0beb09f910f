import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { orForbidden } from '../or-forbidden.ts';
import type { RequestContext } from '../request-context.ts';
import { simulateSchedulingField } from '../scheduling/simulation-field.ts';
import {
  type Arguments,
  getArguments,
  listArguments,
  textArgument,
  toListOptions,
} from '../schema/arguments.ts';
import { readObject } from '../schema/query-fields.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import type { TypeRegistry } from '../schema/type-registry.ts';
import { API_RESOURCE_TYPE, toApiResource } from './api-resource-type.ts';
import { createAppliedConfigurationField } from './applied-configuration.ts';
import { auditLogField } from './audit-log.ts';
import { clusterTimeField } from './cluster-time.ts';
import { createDiffField } from './diff.ts';
import { ANY_RESOURCE, genericObjectArguments, RESOURCE_ARGUMENT } from './resource-arguments.ts';
import { findResource, findResources, toObjectTarget } from './resource-lookup.ts';
import { SERVER_VERSION_TYPE, type ServerVersion } from './server-version.ts';
import { TABLE_TYPE, type TableValue, toTableValue } from './table.ts';

type Field = GraphQLFieldConfig<unknown, RequestContext>;

export interface GenericQueriesOptions {
  readonly scheme: Scheme;
  readonly version: ServerVersion;
  readonly registry: TypeRegistry;
}

/** What tools need that do not know the kinds beforehand. */
export function createGenericQueries({
  scheme,
  version,
  registry,
}: GenericQueriesOptions): GraphQLFieldConfigMap<unknown, RequestContext> {
  return {
    version: {
      type: SERVER_VERSION_TYPE,
      description: 'Which program answers, and which Kubernetes it is like.',
      resolve: () => version,
    },
    apiResources: apiResourcesField(scheme),
    auditLog: auditLogField,
    simulateScheduling: simulateSchedulingField,
    clusterTime: clusterTimeField,
    object: objectField(scheme),
    objects: objectsField(scheme),
    tables: tablesField(scheme),
    diff: createDiffField(scheme, registry),
    appliedConfiguration: createAppliedConfigurationField(scheme),
  };
}

function apiResourcesField(scheme: Scheme): Field {
  return {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(API_RESOURCE_TYPE))),
    description: 'The resources that exist.',
    args: {
      name: {
        type: GraphQLString,
        description:
          'Only what this word means, as `deploy`, `pods`, `all`. Fails with NotFound when it means nothing.',
      },
      group: { type: GraphQLString, description: 'Only this group; empty is the core group.' },
      served: {
        type: GraphQLBoolean,
        defaultValue: true,
        description: 'Only those that are on (true) or off (false); null for both.',
      },
    },
    resolve(_, args: Arguments) {
      const name = textArgument(args, 'name');
      const group = textArgument(args, 'group');
      const found = name === undefined ? scheme.definitions() : findResources(scheme, name);
      return found
        .filter((definition) => group === undefined || definition.group === group)
        .filter((definition) => args.served == null || scheme.isServed(definition) === args.served)
        .map((definition) => toApiResource(scheme, definition));
    },
  };
}

function objectField(scheme: Scheme): Field {
  return {
    type: JSON_SCALAR,
    description: 'One object of any resource, as JSON.',
    args: {
      ...genericObjectArguments(),
      at: getArguments(ANY_RESOURCE).at as GraphQLFieldConfigArgumentMap[string],
    },
    extensions: { reads: true },
    async resolve(_, args: Arguments, ctx) {
      const definition = findResource(scheme, textArgument(args, 'resource') ?? '');
      const target = { ...toObjectTarget(definition, args), at: args.at };
      return showManagers(await readObject(definition, target, ctx));
    },
  };
}

/** The list options that the arguments ask for, without a namespace where there is none. */
function listOptionsFor({ namespaced }: ResourceDefinition, args: Arguments) {
  const { namespace, ...options } = toListOptions(args);
  return namespaced && namespace !== undefined ? { ...options, namespace } : options;
}

function objectsField(scheme: Scheme): Field {
  return {
    type: JSON_SCALAR,
    description: 'A list of any resource, as JSON: `{apiVersion, kind, metadata, items}`.',
    args: { ...RESOURCE_ARGUMENT, ...listArguments(ANY_RESOURCE) },
    extensions: { reads: true },
    async resolve(_, args: Arguments, ctx) {
      const definition = findResource(scheme, textArgument(args, 'resource') ?? '');
      ctx.warnOfDeprecation(definition);
      const list = await ctx.reader.list(definition, listOptionsFor(definition, args));
      return { ...list, items: list.items.map(showManagers) };
    },
  };
}

function tablesField(scheme: Scheme): Field {
  return {
    type: new GraphQLList(TABLE_TYPE),
    description:
      'Objects as `kubectl get` prints them: one table a resource, when `resource` names several (`pods,services`, `all`). ' +
      'Null, with an error, in the place of one that the caller may not list.',
    args: {
      ...RESOURCE_ARGUMENT,
      name: {
        type: GraphQLString,
        description: 'Only the object of this name. Fails with NotFound when there is none.',
      },
      ...listArguments(ANY_RESOURCE),
      wide: {
        type: GraphQLBoolean,
        defaultValue: false,
        description: 'Shows more columns, as `-o wide` does.',
      },
    },
    extensions: { reads: true },
    resolve(_, args: Arguments, ctx) {
      const definitions = findResources(scheme, textArgument(args, 'resource') ?? '');
      return Promise.all(
        definitions.map((definition) => orForbidden(readTable(scheme, definition, args, ctx))),
      );
    },
  };
}

async function readTable(
  scheme: Scheme,
  definition: ResourceDefinition,
  args: Arguments,
  ctx: RequestContext,
): Promise<TableValue> {
  const options = { scheme, definition, wide: args.wide === true, now: ctx.now() };
  ctx.warnOfDeprecation(definition);
  if (textArgument(args, 'name') === undefined) {
    return toTableValue(
      options,
      await ctx.reader.list(definition, listOptionsFor(definition, args)),
    );
  }
  const object = await readObject(
    definition,
    { ...toObjectTarget(definition, args), at: args.at },
    ctx,
  );
  return toTableValue(options, {
    items: [object],
    metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
  });
}
