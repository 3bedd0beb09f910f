import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { WatchEvent } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import {
  type Arguments,
  selectionArguments,
  textArgument,
  WATCH_ARGUMENTS,
} from '../schema/arguments.ts';
import { watchEventFields } from '../schema/kind-types.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import type { SharedInterfaces } from '../schema/shared-types.ts';
import {
  type PlanWatch,
  toEventValue,
  toWatchSelection,
  toWatchStart,
} from '../schema/subscription-fields.ts';
import { API_RESOURCE_TYPE, toApiResource } from './api-resource-type.ts';
import { ANY_RESOURCE, RESOURCE_ARGUMENT } from './resource-arguments.ts';
import { findResources } from './resource-lookup.ts';
import { TABLE_EVENT_TYPE, toTableEventValue } from './table.ts';

type Field = GraphQLFieldConfig<unknown, RequestContext>;

export interface GenericSubscriptionsOptions {
  readonly scheme: Scheme;
  readonly interfaces: SharedInterfaces;
}

/** Watches of any resource, and of several on one stream. */
export function createGenericSubscriptions({
  scheme,
  interfaces,
}: GenericSubscriptionsOptions): GraphQLFieldConfigMap<unknown, RequestContext> {
  return { watch: watchField(scheme, interfaces), watchTable: watchTableField(scheme) };
}

const WATCHED_RESOURCE_INPUT = new GraphQLInputObjectType({
  name: 'WatchedResourceInput',
  description: 'One resource of a watch, and which of its objects.',
  fields: { ...RESOURCE_ARGUMENT, ...selectionArguments(ANY_RESOURCE) },
});

/** What the arguments select, without a namespace where the resource has none. */
function toSource(definition: ResourceDefinition, args: Arguments) {
  const { namespace, ...selection } = toWatchSelection(args);
  return {
    ref: definition,
    selection:
      definition.namespaced && namespace !== undefined ? { ...selection, namespace } : selection,
  };
}

function watchField(scheme: Scheme, interfaces: SharedInterfaces): Field {
  const watch: PlanWatch = (args) => {
    const sources = (args.resources as readonly Arguments[]).flatMap((selected) =>
      findResources(scheme, textArgument(selected, 'resource') ?? '').map((definition) =>
        toSource(definition, selected),
      ),
    );
    return {
      sources,
      start: toWatchStart(args),
      allowBookmarks: args.allowBookmarks === true,
      toValue: (event: WatchEvent, index) => ({
        ...toEventValue(event),
        json: event.type === 'BOOKMARK' ? null : showManagers(event.object),
        resource: toApiResource(scheme, sources[index]?.ref as ResourceDefinition),
      }),
    };
  };
  return {
    type: new GraphQLNonNull(
      new GraphQLObjectType({
        name: 'ObjectWatchEvent',
        description: 'One change of one of the watched resources.',
        fields: {
          ...watchEventFields(interfaces.object),
          json: { type: JSON_SCALAR, description: 'The same as `object`, whole and as JSON.' },
          resource: {
            type: new GraphQLNonNull(API_RESOURCE_TYPE),
            description: 'The resource of the object.',
          },
        },
      }),
    ),
    description:
      'Every change of several resources on one stream, in the order of their resourceVersions; ' +
      'the resourceVersion of the last one resumes all of them. See docs/watch.md.',
    args: {
      resources: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(WATCHED_RESOURCE_INPUT))),
        description: 'What to watch.',
      },
      ...WATCH_ARGUMENTS,
    },
    extensions: { watch },
  };
}

function watchTableField(scheme: Scheme): Field {
  const watch: PlanWatch = (args, ctx) => {
    const sources = findResources(scheme, textArgument(args, 'resource') ?? '').map(
      (definition) => {
        const source = toSource(definition, args);
        const name = textArgument(args, 'name');
        if (name === undefined) return source;
        const selectors = [source.selection.fieldSelector, `metadata.name=${name}`];
        return {
          ...source,
          selection: { ...source.selection, fieldSelector: selectors.filter(Boolean).join(',') },
        };
      },
    );
    return {
      sources,
      start: toWatchStart(args),
      allowBookmarks: args.allowBookmarks === true,
      toValue: (event: WatchEvent, index) => {
        const definition = sources[index]?.ref as ResourceDefinition;
        return toTableEventValue(
          { scheme, definition, wide: args.wide === true, now: ctx.now() },
          event,
        );
      },
    };
  };
  return {
    type: new GraphQLNonNull(TABLE_EVENT_TYPE),
    description: 'Every change of a resource as lines of text, as `kubectl get -w` prints them.',
    args: {
      ...RESOURCE_ARGUMENT,
      name: { type: GraphQLString, description: 'Only the object of this name.' },
      ...selectionArguments(ANY_RESOURCE),
      wide: {
        type: GraphQLBoolean,
        defaultValue: false,
        description: 'Shows more columns, as `-o wide` does.',
      },
      ...WATCH_ARGUMENTS,
    },
    extensions: { watch },
  };
}
