import {
  GraphQLBoolean,
  type GraphQLFieldConfigMap,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { TypeLookup } from './field-types.ts';
import { countFields } from './list-groups.ts';
import { toPluralKind } from './names.ts';
import type { SchemaSource } from './schema-source.ts';
import { isStored, toTypeName } from './served-kinds.ts';
import {
  LIST_META_TYPE,
  nonNullString,
  type SharedInterfaces,
  WATCH_EVENT_TYPE,
} from './shared-types.ts';
import type { OutputFields, TypeRegistry } from './type-registry.ts';

/** What the server fills in every object that it stores or answers. */
const FILLED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The types of one kind in one version. */
export interface KindTypes {
  readonly definition: ResourceDefinition;
  readonly object: GraphQLObjectType;
  readonly list: GraphQLObjectType;
  readonly watchEvent: GraphQLObjectType;
  readonly input: GraphQLInputType;
  /** The types that its fields are of. */
  readonly typeOf: TypeLookup;
}

export interface KindTypesOptions {
  readonly definition: ResourceDefinition;
  readonly registry: TypeRegistry;
  readonly source: SchemaSource;
  readonly interfaces: SharedInterfaces;
  /** The fields that lead from an object of this kind to others. */
  readonly relations: (
    definition: ResourceDefinition,
    watchEvent: GraphQLObjectType,
  ) => OutputFields;
}

export function createKindTypes(options: KindTypesOptions): KindTypes {
  const { definition, registry, interfaces, source } = options;
  const name = toTypeName(definition);
  const object: GraphQLObjectType = new GraphQLObjectType({
    name,
    description: describe(options),
    interfaces: isStored(definition) ? [interfaces.object] : [],
    fields: () => objectFields(options, watchEvent),
  });
  const list = new GraphQLObjectType({
    name: `${name}List`,
    description: `A page of ${toPluralKind(definition)}.`,
    fields: {
      apiVersion: { type: nonNullString, description: 'The group and version of the objects.' },
      kind: { type: nonNullString, description: `\`${definition.listKind}\`.` },
      metadata: {
        type: new GraphQLNonNull(LIST_META_TYPE),
        description: 'The moment that the list shows.',
      },
      items: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(object))),
        description: 'The objects, ordered by namespace and name.',
      },
      ...countFields(definition.schemaName, (type) => source.type(type)),
    },
  });
  const watchEvent = new GraphQLObjectType({
    name: `${name}WatchEvent`,
    description: `One change of the ${toPluralKind(definition)}, as a watch delivers it.`,
    interfaces: isStored(definition) ? [interfaces.watchEvent] : [],
    fields: watchEventFields(object),
  });
  return {
    definition,
    object,
    list,
    watchEvent,
    input: registry.input(definition.schemaName),
    typeOf: (type) => source.type(type),
  };
}

/** GraphQL knows no deprecated types: the description says it. */
function describe({ definition: { schemaName, deprecation }, source }: KindTypesOptions): string {
  const text = source.describeType(schemaName);
  return deprecation ? `${text} Deprecated: ${deprecation.message}.` : text;
}

function objectFields(
  { definition, registry, relations }: KindTypesOptions,
  watchEvent: GraphQLObjectType,
): OutputFields {
  const fields = registry.outputFields(registry.schema(definition.schemaName), FILLED);
  const metadata = fields.metadata;
  if (!isStored(definition)) return fields;
  if (metadata) metadata.type = new GraphQLNonNull(registry.objectMeta);
  const related = relations(definition, watchEvent);
  // The kind's own fields come first and are not hidden by a relation of the same name.
  const own = definition.served === undefined ? fields : spellBeside(fields, related);
  return { ...own, ...related, ...own };
}

/** A custom resource cannot have a field take the place of what every object has: its own gets a `_`. */
function spellBeside(fields: OutputFields, related: OutputFields): OutputFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      if (!Object.hasOwn(related, name)) return [name, field];
      const read = (source: unknown): unknown => (source as Record<string, unknown>)[name];
      let spelled = `${name}_`;
      while (Object.hasOwn(fields, spelled)) spelled += '_';
      return [spelled, { resolve: read, ...field }];
    }),
  );
}

export function watchEventFields(
  object: GraphQLFieldConfigMap<unknown, unknown>[string]['type'],
): OutputFields {
  return {
    type: { type: new GraphQLNonNull(WATCH_EVENT_TYPE), description: 'What happened.' },
    resourceVersion: {
      type: nonNullString,
      description: 'The version that the change made: a watch from here goes on with the next one.',
    },
    object: {
      type: object,
      description: 'The object after the change; for DELETED its last state; null for BOOKMARK.',
    },
    initialEventsEnd: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description:
        'True for the BOOKMARK that ends the present when `sendInitialEvents` asked for it.',
    },
  };
}
