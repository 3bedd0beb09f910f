import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLString,
} from 'graphql';
import type { PodLogOptions } from '../../apiserver/subresources/pod-log-options.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { RequestContext } from '../request-context.ts';
import { TIME_SCALAR } from '../schema/scalars.ts';

const LOG_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  container: {
    type: GraphQLString,
    description: 'The container; may be left out where the Pod has only one.',
  },
  previous: {
    type: GraphQLBoolean,
    defaultValue: false,
    description: 'What its run before the last restart printed.',
  },
  tailLines: { type: GraphQLInt, description: 'At most so many lines: the newest.' },
  sinceSeconds: {
    type: GraphQLInt,
    description: 'Only what was printed in the last so many seconds.',
  },
  sinceTime: { type: TIME_SCALAR, description: 'Only what was printed at this time or later.' },
  timestamps: {
    type: GraphQLBoolean,
    defaultValue: false,
    description: 'Begins each line with the time at which it was printed.',
  },
  limitBytes: {
    type: GraphQLInt,
    description: 'Ends the text after so many bytes, in the middle of a line if need be.',
  },
};

/** `Pod.logs`: what one of its containers printed. */
export const podLogsField: GraphQLFieldConfig<unknown, unknown> = {
  type: GraphQLString,
  description:
    'What a container printed, each line with its end: at most the newest MiB. It takes the right to `get` `pods/log`; ' +
    'null, with an error, where the caller may not or the container has no log yet. Lines are written within a second.',
  args: LOG_ARGUMENTS,
  extensions: { reads: true },
  resolve(source, args, context) {
    const { name = '', namespace } = (source as ApiObject).metadata;
    const given = Object.entries(args).filter(([, value]) => value != null);
    const options = Object.fromEntries(given) as PodLogOptions;
    return (context as RequestContext).reads.podLog({ namespace, name }, options);
  },
};
