import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { PodIdentity } from '../../apiserver/scheduling/scheduling-questions.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { RequestContext } from '../request-context.ts';
import { nonNullString } from '../schema/shared-types.ts';
import { DECISION_TYPE, type DecisionValue } from './decision-type.ts';

const DEFAULT_ATTEMPTS = 10;
const MAX_ATTEMPTS = 1_000;

const STATE_TYPE = new GraphQLEnumType({
  name: 'PodSchedulingState',
  description: 'Whether a Pod has a node.',
  values: {
    BOUND: { description: 'It has one.' },
    PENDING: { description: 'It waits for one.' },
    GATED: { description: 'It has scheduling gates, and so is not looked at.' },
  },
});

function stateOf({ spec }: Pod): 'BOUND' | 'PENDING' | 'GATED' {
  if (spec?.nodeName) return 'BOUND';
  return spec?.schedulingGates?.length ? 'GATED' : 'PENDING';
}

function identityOf({ metadata: { name = '', namespace = '', uid = '' } }: Pod): PodIdentity {
  return { name, namespace, uid };
}

async function readDecisions(
  object: Pod,
  limit: number,
  { decisions }: RequestContext,
): Promise<readonly DecisionValue[]> {
  const pod = identityOf(object);
  const found = await decisions.load({ pod, limit, withDetail: false });
  return found.map((decision) => ({ ...decision, pod, limit }));
}

/** A Pod with the newest decision about it. */
type ScheduledPod = Pod & { readonly latest: DecisionValue | null };

const POD_SCHEDULING_TYPE = new GraphQLObjectType<ScheduledPod, RequestContext>({
  name: 'PodScheduling',
  description: 'Where a Pod went, or why it waits.',
  fields: {
    state: {
      type: new GraphQLNonNull(STATE_TYPE),
      description: 'Whether it has a node.',
      resolve: stateOf,
    },
    schedulerName: {
      type: nonNullString,
      description: 'Who is to place it: a profile of the scheduler, or somebody else.',
      resolve: ({ spec }) => spec?.schedulerName ?? '',
    },
    nodeName: {
      type: GraphQLString,
      description: 'The node that it has; null while it has none.',
      resolve: ({ spec }) => spec?.nodeName ?? null,
    },
    nominatedNodeName: {
      type: GraphQLString,
      description: 'The node where room is being made for it.',
      resolve: ({ status }) => status?.nominatedNodeName ?? null,
    },
    gates: {
      type: new GraphQLNonNull(new GraphQLList(nonNullString)),
      description: 'The scheduling gates that keep it waiting.',
      resolve: ({ spec }) => (spec?.schedulingGates ?? []).map(({ name }) => name),
    },
    latest: {
      type: DECISION_TYPE,
      description:
        'The newest decision; null where none is kept: it is gated, or somebody else places it, or nobody has looked at ' +
        'it yet, or that was too long ago.',
    },
    attempts: {
      type: new GraphQLList(new GraphQLNonNull(DECISION_TYPE)),
      description:
        'Its decisions, newest first, as far as they are kept. Attempts that ended alike are one.',
      args: {
        first: {
          type: GraphQLInt,
          defaultValue: DEFAULT_ATTEMPTS,
          description: `At most so many, up to ${MAX_ATTEMPTS}.`,
        },
      },
      extensions: { reads: true },
      resolve: (pod, args: { readonly first?: number | null }, ctx) => {
        const first = args.first ?? DEFAULT_ATTEMPTS;
        if (first < 1 || first > MAX_ATTEMPTS) {
          throw badRequest(`first: ${first} is not between 1 and ${MAX_ATTEMPTS}`);
        }
        return readDecisions(pod, first, ctx);
      },
    },
  },
});

/** `Pod.scheduling`: why it is where it is. */
export const podSchedulingField: GraphQLFieldConfig<unknown, unknown> = {
  type: POD_SCHEDULING_TYPE,
  description:
    'Where it went, or why it waits: what the scheduler decided. It takes the right to `get` the Pod; decisions are ' +
    'written within a second. See docs/scheduling.md.',
  extensions: { reads: true },
  async resolve(source, _, context): Promise<ScheduledPod> {
    const pod = source as Pod;
    const [latest = null] = await readDecisions(pod, 1, context as RequestContext);
    return { ...pod, latest };
  },
};
