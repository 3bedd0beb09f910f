import { GraphQLBoolean, GraphQLNonNull, GraphQLObjectType } from 'graphql';
import type { SharedInterfaces } from './shared-types.ts';

/** What deletions answer with. */
export function createDeletionType(interfaces: SharedInterfaces): GraphQLObjectType {
  return new GraphQLObjectType({
    name: 'Deletion',
    description: 'What became of an object that was to be deleted.',
    fields: {
      deleted: {
        type: new GraphQLNonNull(GraphQLBoolean),
        description:
          'False while it waits for its grace period or for finalizers, marked with a deletionTimestamp.',
      },
      object: {
        type: new GraphQLNonNull(interfaces.object),
        description: 'Its last state, or its state with the deletionTimestamp.',
      },
    },
  });
}
