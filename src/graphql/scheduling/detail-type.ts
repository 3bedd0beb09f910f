import { GraphQLFloat, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType } from 'graphql';
import type {
  DecisionDetail,
  NodeAssessment,
  PluginTiming,
  PluginVerdict,
} from '../../scheme/scheduling/decision.ts';
import { nonNullString } from '../schema/shared-types.ts';

const nonNullFloat = new GraphQLNonNull(GraphQLFloat);

const PLUGIN_VERDICT_TYPE = new GraphQLObjectType<PluginVerdict>({
  name: 'SchedulingPluginVerdict',
  description: 'What one plugin of the scheduler says about one node.',
  fields: {
    plugin: { type: nonNullString, description: 'The name of the plugin: `NodeResourcesFit`.' },
    reasons: {
      type: new GraphQLList(nonNullString),
      description:
        'Why the node cannot take the Pod; null when it can, as far as this plugin cares.',
    },
    rawScore: {
      type: GraphQLFloat,
      description:
        'The score as the plugin gave it, null where it gives none. Topology plugins give theirs normalised.',
    },
    score: { type: GraphQLFloat, description: 'The same from 0 to 100, before its weight.' },
  },
});

const NODE_ASSESSMENT_TYPE = new GraphQLObjectType<NodeAssessment>({
  name: 'SchedulingNodeAssessment',
  description: 'What the plugins of the scheduler say about one node.',
  fields: {
    nodeName: { type: nonNullString, description: 'The node.' },
    total: {
      type: GraphQLFloat,
      description: 'The scores times their weights; null for a node that is out of the question.',
    },
    plugins: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(PLUGIN_VERDICT_TYPE))),
      description: 'Each plugin that has something to say about the Pod.',
    },
  },
});

const PLUGIN_TIMING_TYPE = new GraphQLObjectType<PluginTiming>({
  name: 'SchedulingPluginTiming',
  description: 'How long one plugin of the scheduler took to judge the nodes that are listed.',
  fields: {
    plugin: { type: nonNullString, description: 'The name of the plugin.' },
    weight: {
      type: new GraphQLNonNull(GraphQLInt),
      description: 'What its score counts; 0 for one that does not score.',
    },
    filterMicros: { type: nonNullFloat, description: 'Of its verdicts, in microseconds.' },
    scoreMicros: { type: nonNullFloat, description: 'Of its scores, in microseconds.' },
  },
});

const assessments = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(NODE_ASSESSMENT_TYPE)));

export const DETAIL_TYPE = new GraphQLObjectType<DecisionDetail>({
  name: 'SchedulingDetail',
  description: 'What every plugin of the scheduler said about some of the nodes.',
  fields: {
    candidates: { type: assessments, description: 'The ten best nodes, best first.' },
    refused: {
      type: assessments,
      description: 'Ten nodes that are out of the question, for as many reasons as that holds.',
    },
    plugins: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(PLUGIN_TIMING_TYPE))),
      description: 'The time that each plugin took.',
    },
  },
});
