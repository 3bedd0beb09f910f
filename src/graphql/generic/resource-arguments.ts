import { type GraphQLFieldConfigArgumentMap, GraphQLString } from 'graphql';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import { nonNullString } from '../schema/shared-types.ts';

export const RESOURCE_ARGUMENT = {
  resource: {
    type: nonNullString,
    description:
      'What users call it, as kubectl reads it: plural, singular, short name or kind, also with version and group ' +
      '(`deploy`, `deployments.apps`, `deployments.v1.apps`).',
  },
} satisfies GraphQLFieldConfigArgumentMap;

/** The arguments of any resource, namespaced or not. */
export const ANY_RESOURCE: Pick<ResourceDefinition, 'namespaced'> = { namespaced: true };

export function genericObjectArguments(): GraphQLFieldConfigArgumentMap {
  return {
    ...RESOURCE_ARGUMENT,
    namespace: {
      type: GraphQLString,
      description:
        'The namespace of the object; `default` by default, and ignored for what has none.',
    },
    name: { type: nonNullString, description: 'The name of the object.' },
  };
}
