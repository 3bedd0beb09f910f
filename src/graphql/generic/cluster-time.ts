import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql';
import type { ClockChange } from '../../apiserver/cluster-time/clock-state.ts';
import type { ClusterTime } from '../../apiserver/cluster-time/timekeeper.ts';
import { toRfc3339Micro } from '../../lib/clock.ts';
import { formatGoDuration, parseGoDuration } from '../../scheme/duration.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { RequestContext } from '../request-context.ts';
import type { Arguments } from '../schema/arguments.ts';
import { DURATION_SCALAR, MICRO_TIME_SCALAR } from '../schema/scalars.ts';

type Field = GraphQLFieldConfig<unknown, RequestContext>;

const nonNullFloat = new GraphQLNonNull(GraphQLFloat);
const nonNullTime = new GraphQLNonNull(MICRO_TIME_SCALAR);

const CLUSTER_TIME_TYPE = new GraphQLObjectType<ClusterTime>({
  name: 'ClusterTime',
  description: "What the cluster's clock shows, and how it runs.",
  fields: {
    time: {
      type: nonNullTime,
      description:
        "The cluster's time: what objects are dated by and what everything in it waits by.",
      resolve: ({ clusterMs }) => toRfc3339Micro(clusterMs),
    },
    realTime: {
      type: nonNullTime,
      description: "The time of the server's machine at the same moment.",
      resolve: ({ realMs }) => toRfc3339Micro(realMs),
    },
    offset: {
      type: new GraphQLNonNull(DURATION_SCALAR),
      description:
        "How far the cluster's time is ahead of real time: `9h50m0s`; negative is behind.",
      resolve: ({ clusterMs, realMs }) => formatGoDuration(clusterMs - realMs),
    },
    speed: {
      type: nonNullFloat,
      description:
        'How many seconds of the cluster are wanted in one of real time. It is kept while the clock is paused.',
      resolve: ({ speed }) => speed,
    },
    paused: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: 'Whether the clock stands still, but for a step.',
      resolve: ({ paused }) => paused,
    },
    effectiveSpeed: {
      type: nonNullFloat,
      description:
        'How fast the clock really runs: 0 while it stands, and less than `speed` where the cluster cannot keep up.',
      resolve: ({ effectiveSpeed }) => Math.round(effectiveSpeed * 100) / 100,
    },
    stepUntil: {
      type: MICRO_TIME_SCALAR,
      description: 'Where the step that is under way ends; null when there is none.',
      resolve: ({ stepUntilMs }) =>
        stepUntilMs === undefined ? null : toRfc3339Micro(stepUntilMs),
    },
  },
});

/** `clusterTime`: what time it is. */
export const clusterTimeField: Field = {
  type: CLUSTER_TIME_TYPE,
  description:
    "What the cluster's clock shows, and how it runs. Everybody who may come in may ask.",
  resolve: (_, _args, { client }) => client.clusterTime(),
};

const RIGHT = 'It takes the right to `update` `clocks` of the group `orrery.dev`.';

/** The mutations by which the cluster's clock is steered. */
export const clusterTimeMutations: GraphQLFieldConfigMap<unknown, RequestContext> = {
  setClusterSpeed: steerField({
    description: `Runs the cluster's clock at a speed, from 0.01 to 3600 times real time; a clock that stands goes on. ${RIGHT}`,
    args: {
      speed: { type: nonNullFloat, description: 'Times real time: 60 is a minute a second.' },
    },
    toChange: ({ speed }) => ({ type: 'speed', speed: Number(speed) }),
  }),
  pauseClusterTime: steerField({
    description: `Stops the cluster's clock, and ends a step where it is. ${RIGHT}`,
    toChange: () => ({ type: 'pause' }),
  }),
  resumeClusterTime: steerField({
    description: `Lets the cluster's clock go on at its speed. ${RIGHT}`,
    toChange: () => ({ type: 'resume' }),
  }),
  stepClusterTime: steerField({
    description:
      `Moves the cluster's clock on by a time, as fast as the cluster keeps up; then it stands or runs as before. ` +
      `The answer comes at once: \`stepUntil\` is null when it is done. ${RIGHT}`,
    args: {
      duration: {
        type: new GraphQLNonNull(DURATION_SCALAR),
        description: 'How far: `10m`, `24h`; up to 8784h.',
      },
    },
    toChange: ({ duration }) => ({ type: 'step', stepMs: toMilliseconds(String(duration)) }),
  }),
};

function steerField({
  description,
  args = {},
  toChange,
}: {
  readonly description: string;
  readonly args?: NonNullable<Field['args']>;
  readonly toChange: (args: Arguments) => ClockChange;
}): Field {
  return {
    type: CLUSTER_TIME_TYPE,
    description,
    args,
    resolve: (_, given: Arguments, { client }) => client.steerTime(toChange(given)),
  };
}

function toMilliseconds(duration: string): number {
  const parsed = parseGoDuration(duration);
  if (parsed === undefined) {
    throw badRequest(
      `duration: ${JSON.stringify(duration)} is not a duration such as 10m or 1h30m`,
    );
  }
  return parsed;
}
