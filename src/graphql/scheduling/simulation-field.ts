import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type {
  SimulationRequest,
  ToldSimulation,
} from '../../apiserver/scheduling/scheduling-questions.ts';
import { badRequest } from '../../scheme/errors.ts';
import { parseManifest } from '../../scheme/manifest.ts';
import { MAX_SIMULATED_PODS, type SimulationEnd } from '../../scheme/scheduling/simulation.ts';
import type { RequestContext } from '../request-context.ts';
import { type Arguments, DEFAULT_NAMESPACE, textArgument } from '../schema/arguments.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import { nonNullString } from '../schema/shared-types.ts';
import { REASON_TYPE, VICTIM_TYPE } from './reason-types.ts';

const nonNullInt = new GraphQLNonNull(GraphQLInt);

const END_TYPE = new GraphQLEnumType({
  name: 'SchedulingSimulationEnd',
  description: 'Why a simulation placed no more Pods.',
  values: {
    ALL_FIT: { description: 'Every Pod would find a node.' },
    NO_NODE_FITS: { description: 'No node would take the next one.' },
    TIME_LIMIT: {
      description: 'Time was up: at least so many fit, and the next might.',
    },
  },
});

const ENDS: Readonly<Record<SimulationEnd, string>> = {
  AllFit: 'ALL_FIT',
  NoNodeFits: 'NO_NODE_FITS',
  TimeLimit: 'TIME_LIMIT',
};

const PLACEMENT_TYPE = new GraphQLObjectType({
  name: 'SimulatedPlacement',
  description: 'How many of the Pods would go to one node.',
  fields: {
    nodeName: { type: nonNullString, description: 'The node.' },
    count: { type: nonNullInt, description: 'How many Pods.' },
  },
});

const PREEMPTION_TYPE = new GraphQLObjectType({
  name: 'SimulatedPreemption',
  description: 'Where room would be made for a Pod, and at whose cost.',
  fields: {
    nodeName: { type: nonNullString, description: 'The node.' },
    victims: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(VICTIM_TYPE))),
      description: 'The Pods that would have to leave it.',
    },
  },
});

const OBSTACLE_TYPE = new GraphQLObjectType({
  name: 'SchedulingObstacle',
  description: 'What stops the first Pod that would find no node.',
  fields: {
    message: { type: nonNullString, description: 'As its `PodScheduled` condition would say it.' },
    reasons: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(REASON_TYPE))),
      description: 'Why the nodes are out of the question, most nodes first.',
    },
    preemption: {
      type: PREEMPTION_TYPE,
      description:
        'Where less important Pods would make room for it; null where that does not help.',
    },
  },
});

const SIMULATION_TYPE = new GraphQLObjectType<ToldSimulation>({
  name: 'SchedulingSimulation',
  description: 'Where copies of a Pod would go, were they created now.',
  fields: {
    namespace: { type: nonNullString, description: 'The namespace that they would be in.' },
    schedulerName: { type: nonNullString, description: 'The profile that would place them.' },
    count: { type: nonNullInt, description: 'How many were asked about.' },
    fits: { type: nonNullInt, description: 'How many of them would find a node.' },
    end: {
      type: new GraphQLNonNull(END_TYPE),
      description: 'Why it placed no more.',
      resolve: ({ end }) => ENDS[end],
    },
    placements: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(PLACEMENT_TYPE))),
      description: 'The nodes that they would go to, most Pods first.',
    },
    obstacle: {
      type: OBSTACLE_TYPE,
      description: 'What stops the next one; null where nothing does, or time was up.',
    },
    nodes: { type: nonNullInt, description: 'How many nodes there are.' },
    durationMs: {
      type: new GraphQLNonNull(GraphQLFloat),
      description: 'How long the answer took, in milliseconds.',
    },
  },
});

const SIMULATION_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  pod: {
    type: JSON_SCALAR,
    description: 'A Pod, or a workload with a template of one, as JSON.',
  },
  manifest: { type: GraphQLString, description: 'The same as a text of YAML or JSON.' },
  podName: { type: GraphQLString, description: 'The name of a Pod that is there: copies of it.' },
  namespace: {
    type: GraphQLString,
    defaultValue: DEFAULT_NAMESPACE,
    description: 'The namespace of `podName`, and of manifests that name none.',
  },
  count: {
    type: GraphQLInt,
    description:
      `How many copies, up to ${MAX_SIMULATED_PODS}. By default as many as the workload asks for in \`replicas\` or ` +
      '`parallelism`; otherwise 1.',
  },
};

/** `simulateScheduling`: what if. */
export const simulateSchedulingField: GraphQLFieldConfig<unknown, RequestContext> = {
  type: SIMULATION_TYPE,
  description:
    'Where copies of a Pod would go, how many would fit, and what stops the next one. Nothing is created: the Pod goes ' +
    "through defaulting, admission and validation, then the scheduler's plugins place one copy after the other on the " +
    'cluster as it is. Give one of `pod`, `manifest` and `podName`. It takes the right to `create` Pods in the ' +
    'namespace. See docs/scheduling.md.',
  args: SIMULATION_ARGUMENTS,
  extensions: { reads: true },
  resolve: (_, args: Arguments, { addWarning, client }) =>
    client.simulateScheduling({ ...toRequest(args), onWarning: addWarning }),
};

function toRequest(args: Arguments): SimulationRequest {
  const namespace = textArgument(args, 'namespace') ?? DEFAULT_NAMESPACE;
  const count = typeof args.count === 'number' ? args.count : undefined;
  return { of: toSubject(args, namespace), namespace, count };
}

function toSubject(args: Arguments, namespace: string): SimulationRequest['of'] {
  const text = textArgument(args, 'manifest');
  const name = textArgument(args, 'podName');
  const given = [args.pod, text, name].filter((value) => value != null);
  if (given.length !== 1) throw badRequest('give one of pod, manifest and podName');
  if (name !== undefined) return { pod: { namespace, name } };
  return { manifest: text === undefined ? args.pod : readManifest(text) };
}

/** @throws {ApiError} BadRequest unless it holds one object */
function readManifest(text: string): unknown {
  const [document, ...others] = parseManifest(text);
  if (!document) throw badRequest('manifest: there is no object in it');
  if (others.length > 0) {
    throw badRequest(`manifest: there are ${others.length + 1} objects in it: give one`);
  }
  if ('error' in document.content) throw document.content.error;
  return document.content.value;
}
