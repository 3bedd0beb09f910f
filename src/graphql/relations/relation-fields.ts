import {
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { ApiObject } from '../../scheme/object.ts';
import { type ResourceDefinition, storedResource } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import { podSchedulingField } from '../scheduling/pod-scheduling.ts';
import type { KindTypes } from '../schema/kind-types.ts';
import { toTypeName } from '../schema/served-kinds.ts';
import type { SharedInterfaces } from '../schema/shared-types.ts';
import { toEventValue } from '../schema/subscription-fields.ts';
import type { OutputFields } from '../schema/type-registry.ts';
import { dependentsOf, eventsOf, ownerOf, ownersOf } from './common-relations.ts';
import { KIND_RELATIONS, type KindRelation } from './kind-relations.ts';
import { podLogsField } from './pod-logs.ts';

const DEFAULT_HISTORY_LIMIT = 20;

const POD_FIELDS = { logs: podLogsField, scheduling: podSchedulingField };

export interface RelationsOptions {
  readonly scheme: Scheme;
  readonly interfaces: SharedInterfaces;
  /** The types of a kind by its type name, once all are made. */
  readonly kind: (typeName: string) => KindTypes | undefined;
}

export interface Relations {
  /** What leads from any object to others. */
  common(): OutputFields;
  /** {@link common}, and what the kind has of its own. */
  of(definition: ResourceDefinition, watchEvent: GraphQLObjectType): OutputFields;
}

/** The fields that lead from one object to others. */
export function createRelations(options: RelationsOptions): Relations {
  const common = (): OutputFields => commonFields(options);
  return {
    common: () => ({ ...common(), history: historyField(options.interfaces.watchEvent) }),
    of: (definition, watchEvent) => ({
      ...common(),
      history: historyField(watchEvent, definition),
      ...ownFields(options, definition),
    }),
  };
}

/** The object type of a resource in its preferred version, where it is served. */
function objectTypeOf({ scheme, kind }: RelationsOptions, group: string, resource: string) {
  const definition = scheme.preferred(group, resource);
  const types = definition && kind(toTypeName(definition));
  return types ? { definition: types.definition, type: types.object } : undefined;
}

function relation(
  type: GraphQLOutputType,
  description: string,
  resolve: (object: ApiObject, ctx: RequestContext) => unknown,
): GraphQLFieldConfig<unknown, unknown> {
  return {
    type,
    description,
    extensions: { reads: true },
    resolve: (object, _, ctx) => resolve(object as ApiObject, ctx as RequestContext),
  };
}

const listOf = (type: GraphQLOutputType): GraphQLOutputType =>
  new GraphQLList(new GraphQLNonNull(type as GraphQLObjectType));

function commonFields(options: RelationsOptions): OutputFields {
  const { scheme, interfaces } = options;
  const events = objectTypeOf(options, '', 'events');
  return {
    owner: relation(
      interfaces.object,
      'The object that controls it (the owner reference that says `controller`); null when there is none.',
      (object, ctx) => ownerOf(scheme, object, ctx),
    ),
    owners: relation(
      new GraphQLList(interfaces.object),
      'The objects that its ownerReferences name and that exist; null, with an error, in the place of one that the caller may not read.',
      (object, ctx) => ownersOf(scheme, object, ctx),
    ),
    dependents: relation(
      new GraphQLList(interfaces.object),
      'The objects whose ownerReferences name it. Looks through every resource: not for lists. Where the caller may not list all of them, the last item is null, with an error that says what was not looked through.',
      (object, ctx) => dependentsOf(scheme, object, ctx),
    ),
    ...(events
      ? {
          events: relation(listOf(events.type), 'The Events that are about it.', (object, ctx) =>
            eventsOf(events.definition, object, ctx),
          ),
        }
      : {}),
  };
}

function historyField(
  watchEvent: GraphQLOutputType,
  definition?: ResourceDefinition,
): GraphQLFieldConfig<unknown, unknown> {
  return {
    type: listOf(watchEvent),
    description: 'Its changes within retention, the newest first.',
    args: {
      limit: {
        type: GraphQLInt,
        defaultValue: DEFAULT_HISTORY_LIMIT,
        description: 'At most this many.',
      },
    },
    extensions: { reads: true },
    ...(definition
      ? {
          async resolve(source, args, context) {
            const { metadata } = source as ApiObject;
            const events = await (context as RequestContext).reads.history(definition, {
              ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
              name: metadata.name ?? '',
              limit: args.limit as number,
            });
            return events.map(toEventValue);
          },
        }
      : {}),
  };
}

function ownFields(options: RelationsOptions, definition: ResourceDefinition): OutputFields {
  const fields: OutputFields = {};
  const { group } = storedResource(definition);
  const kind = `${group}/${definition.kind}`;
  if (kind === '/Pod') Object.assign(fields, POD_FIELDS);
  const relations: readonly KindRelation[] = KIND_RELATIONS[kind] ?? [];
  for (const { field, description, target, find, isOne } of relations) {
    const found = objectTypeOf(options, target.group, target.resource);
    if (!found) continue;
    fields[field] = relation(isOne ? found.type : listOf(found.type), description, (object, ctx) =>
      find({
        object,
        definition: found.definition,
        scheme: options.scheme,
        reader: ctx.readerOf(object),
      }),
    );
  }
  return fields;
}
