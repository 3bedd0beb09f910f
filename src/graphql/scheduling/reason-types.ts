import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import type { ToldVictim } from '../../apiserver/scheduling/scheduling-questions.ts';
import type { ReasonCount } from '../../scheme/scheduling/decision.ts';
import { hintFor } from '../../scheme/scheduling/hints.ts';
import { nonNullString } from '../schema/shared-types.ts';

export const REASON_TYPE = new GraphQLObjectType<ReasonCount>({
  name: 'SchedulingReason',
  description: 'How many nodes are out of the question for one reason.',
  fields: {
    plugin: {
      type: nonNullString,
      description: 'The plugin of the scheduler, or its extender, that says so.',
    },
    reason: { type: nonNullString, description: "In Kubernetes' words: `Insufficient cpu`." },
    count: { type: new GraphQLNonNull(GraphQLInt), description: 'How many nodes.' },
    hint: {
      type: GraphQLString,
      description: 'What would help against it; null where nothing is known.',
      resolve: ({ reason }) => hintFor(reason) ?? null,
    },
  },
});

export const VICTIM_TYPE = new GraphQLObjectType<ToldVictim>({
  name: 'SchedulingVictim',
  description: 'A Pod that makes room for a more important one.',
  fields: {
    namespace: {
      type: GraphQLString,
      description: 'Its namespace; null where the caller may not get the Pod.',
    },
    name: {
      type: GraphQLString,
      description: 'Its name; null where the caller may not get the Pod.',
    },
    priority: { type: new GraphQLNonNull(GraphQLInt), description: 'Its priority.' },
  },
});
