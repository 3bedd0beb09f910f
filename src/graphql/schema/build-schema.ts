import { GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { ApiObject } from '../../scheme/object.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { createGenericMutations } from '../generic/generic-mutations.ts';
import { createGenericQueries } from '../generic/generic-queries.ts';
import { createGenericSubscriptions } from '../generic/generic-subscriptions.ts';
import type { ServerVersion } from '../generic/server-version.ts';
import { createRelations } from '../relations/relation-fields.ts';
import { createDeletionType } from './deletion-type.ts';
import { createKindTypes, type KindTypes, watchEventFields } from './kind-types.ts';
import { createMutationFields } from './mutation-fields.ts';
import { createQueryFields } from './query-fields.ts';
import { createSchemaSource } from './schema-source.ts';
import { definitionOf, toTypeName } from './served-kinds.ts';
import { nonNullString, type SharedInterfaces } from './shared-types.ts';
import { createSubscriptionFields, type WatchEventValue } from './subscription-fields.ts';
import { type OutputFields, TypeRegistry } from './type-registry.ts';

export interface BuildSchemaOptions {
  readonly scheme: Scheme;
  readonly version: ServerVersion;
}

/** The GraphQL schema of what `scheme` serves now. Another one is built when that changes. */
export function buildSchema({ scheme, version }: BuildSchemaOptions): GraphQLSchema {
  const source = createSchemaSource(scheme);
  const registry = new TypeRegistry(source);
  const kindsByName = new Map<string, KindTypes>();
  const interfaces = createInterfaces({
    scheme,
    registry,
    commonRelations: () => relations.common(),
  });
  const relations = createRelations({ scheme, interfaces, kind: (name) => kindsByName.get(name) });
  for (const definition of source.resources) {
    const kind = createKindTypes({
      definition,
      registry,
      source,
      interfaces,
      relations: relations.of,
    });
    kindsByName.set(toTypeName(definition), kind);
  }
  const kinds = [...kindsByName.values()];
  const deletionType = createDeletionType(interfaces);
  return new GraphQLSchema({
    description:
      'Kubernetes as a graph. Queries follow group, version and resource; mutations are flat; subscriptions are watches.',
    query: new GraphQLObjectType({
      name: 'Query',
      description: 'Reads. All of one query is answered at one resourceVersion.',
      fields: {
        ...createQueryFields(kinds),
        ...createGenericQueries({ scheme, version, registry }),
      },
    }),
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      description: 'Writes. Those of one request run one after the other.',
      fields: {
        ...createMutationFields({ kinds, registry, deletionType }),
        ...createGenericMutations({ scheme, registry, deletionType, interfaces }),
      },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      description:
        'Watches. They lose, repeat and reorder nothing, and end with an error that says where to resume.',
      fields: {
        ...createSubscriptionFields(kinds),
        ...createGenericSubscriptions({ scheme, interfaces }),
      },
    }),
    types: kinds.flatMap(({ object, watchEvent }) => [object, watchEvent]),
  });
}

interface InterfaceOptions {
  readonly scheme: Scheme;
  readonly registry: TypeRegistry;
  /** Made when the schema is put together, when every kind has its types. */
  readonly commonRelations: () => OutputFields;
}

function createInterfaces({
  scheme,
  registry,
  commonRelations,
}: InterfaceOptions): SharedInterfaces {
  const typeNameOf = (object: ApiObject | null): string | undefined => {
    const definition = object ? definitionOf(scheme, object) : undefined;
    return definition && toTypeName(definition);
  };
  const object = new GraphQLInterfaceType({
    name: 'KubernetesObject',
    description: 'What every stored object has.',
    fields: () => ({
      apiVersion: {
        type: nonNullString,
        description: 'Group and version: `apps/v1`, or `v1` in the core group.',
      },
      kind: { type: nonNullString, description: 'The kind: `Deployment`.' },
      metadata: {
        type: new GraphQLNonNull(registry.objectMeta),
        description: 'Its name and what all objects have.',
      },
      ...commonRelations(),
    }),
    resolveType: (value: ApiObject) => typeNameOf(value),
  });
  const watchEvent = new GraphQLInterfaceType({
    name: 'WatchEvent',
    description: 'One change of an object.',
    fields: () => watchEventFields(object),
    resolveType: (value: WatchEventValue) => {
      const typeName = typeNameOf(value.object);
      return typeName && `${typeName}WatchEvent`;
    },
  });
  return { object, watchEvent };
}
