import {
  GraphQLEnumType,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { PodIdentity, ToldDecision } from '../../apiserver/scheduling/scheduling-questions.ts';
import { toRfc3339Micro } from '../../lib/clock.ts';
import type { RequestContext } from '../request-context.ts';
import { MICRO_TIME_SCALAR } from '../schema/scalars.ts';
import { nonNullString } from '../schema/shared-types.ts';
import { DETAIL_TYPE } from './detail-type.ts';
import { REASON_TYPE, VICTIM_TYPE } from './reason-types.ts';

/** A decision, and how its detail is found again. */
export interface DecisionValue extends ToldDecision {
  readonly pod: PodIdentity;
  /** It is among the newest so many of its Pod. */
  readonly limit: number;
}

const nonNullInt = new GraphQLNonNull(GraphQLInt);
const nonNullTime = new GraphQLNonNull(MICRO_TIME_SCALAR);

const OUTCOME_TYPE = new GraphQLEnumType({
  name: 'SchedulingOutcome',
  description: 'How an attempt to place a Pod ended.',
  values: {
    SCHEDULED: { description: 'It was bound to a node.' },
    UNSCHEDULABLE: {
      description: 'No node took it, or a plugin took the placement back.',
    },
    ERROR: {
      description: 'Something went wrong that is not for the Pod to mend; it is tried again.',
    },
  },
});

const TIMES: GraphQLFieldConfigMap<DecisionValue, RequestContext> = {
  time: {
    type: nonNullTime,
    description: 'When it was decided first.',
    resolve: ({ timeMs }) => toRfc3339Micro(timeMs),
  },
  lastTime: {
    type: nonNullTime,
    description: 'When it was decided last: attempts that end alike are one decision.',
    resolve: ({ lastTimeMs }) => toRfc3339Micro(lastTimeMs),
  },
  attempt: {
    type: nonNullInt,
    description:
      'Which attempt was the first of them, counted since the scheduler first saw the Pod.',
  },
  lastAttempt: { type: nonNullInt, description: 'Which attempt was the last of them.' },
  durationMicros: {
    type: nonNullInt,
    description: 'From the look at the Pod to the choice, in microseconds.',
  },
};

export const DECISION_TYPE = new GraphQLObjectType<DecisionValue, RequestContext>({
  name: 'SchedulingDecision',
  description: 'What the scheduler decided about a Pod, and why.',
  fields: {
    outcome: {
      type: new GraphQLNonNull(OUTCOME_TYPE),
      description: 'How it ended.',
      resolve: ({ outcome }) => outcome.toUpperCase(),
    },
    schedulerName: { type: nonNullString, description: 'The profile that decided.' },
    ...TIMES,
    nodeName: { type: GraphQLString, description: 'The winner; null where there is none.' },
    message: { type: GraphQLString, description: 'Why there is none, for people.' },
    nodes: { type: nonNullInt, description: 'How many nodes there were.' },
    feasibleNodes: {
      type: GraphQLInt,
      description:
        'How many of them could have taken the Pod; null where topology has a say and there is no detail: they were not counted.',
    },
    reasons: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(REASON_TYPE))),
      description:
        'Why the other nodes were out of the question, most nodes first. Of decisions that found a node, those with ' +
        'detail alone have them.',
    },
    nominatedNodeName: {
      type: GraphQLString,
      description: 'The node where room was being made; null when none was.',
    },
    victims: {
      type: new GraphQLList(new GraphQLNonNull(VICTIM_TYPE)),
      description: 'The Pods that left it for that; null when no room was being made.',
    },
    detail: {
      type: DETAIL_TYPE,
      description:
        'What the plugins said, node by node; null where that was not kept: when many Pods come at once, it is kept ' +
        'of some (`--scheduling-details-per-second`).',
      resolve: readDetail,
    },
  },
});

/** Whoever has the decision may have its detail. Of all the decisions of a query it is read at once. */
async function readDetail(
  { attempt, limit, pod, timeMs }: DecisionValue,
  _: unknown,
  { decisions }: RequestContext,
) {
  const found = await decisions.load({ pod, limit, withDetail: true });
  const own = found.find((each) => each.timeMs === timeMs && each.attempt === attempt);
  return own?.detail ?? null;
}
