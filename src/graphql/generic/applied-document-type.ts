import {
  GraphQLEnumType,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import { nonNullString, type SharedInterfaces } from '../schema/shared-types.ts';
import type { TypeRegistry } from '../schema/type-registry.ts';
import type { AppliedDocument } from './apply.ts';

export const STATUS_SCHEMA = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

const APPLY_OPERATION = new GraphQLEnumType({
  name: 'ApplyOperation',
  description: 'What applying a document did.',
  values: {
    CREATED: { description: 'The object was not there and was created.' },
    CONFIGURED: { description: 'The object was changed.' },
    UNCHANGED: { description: 'The object was like that already.' },
    FAILED: { description: 'Nothing was done: `error` says why.' },
  },
});

export function createAppliedDocumentType(
  registry: TypeRegistry,
  interfaces: SharedInterfaces,
): GraphQLObjectType {
  return new GraphQLObjectType({
    name: 'AppliedDocument',
    description: 'What became of one document of a manifest.',
    fields: {
      document: {
        type: new GraphQLNonNull(GraphQLInt),
        description:
          'Its number in the manifest, from 1; the members of a `List` share that of the list.',
      },
      line: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'The line that it begins on, from 1.',
      },
      operation: { type: new GraphQLNonNull(APPLY_OPERATION), description: 'What was done.' },
      reference: {
        type: GraphQLString,
        description: '`deployment.apps/web`; null when not even kind and name could be read.',
      },
      message: {
        type: nonNullString,
        description: '`deployment.apps/web created`, or what is wrong.',
      },
      namespace: {
        type: GraphQLString,
        description: 'The namespace that it went to, where the kind has one.',
      },
      object: {
        type: interfaces.object,
        description: 'The object as it is now; null when it failed.',
      },
      json: {
        type: JSON_SCALAR,
        description: 'The same as `object`, whole and as JSON.',
        resolve: ({ object }: AppliedDocument) => object && showManagers(object),
      },
      error: { type: registry.output(STATUS_SCHEMA), description: 'Why it failed.' },
    },
  });
}
