import {
  GraphQLBoolean,
  type GraphQLFieldConfigArgumentMap,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { RequestContext } from '../request-context.ts';
import {
  type Arguments,
  textArgument,
  toWriteOptions,
  WRITE_ARGUMENTS,
} from '../schema/arguments.ts';
import type { ApplyOptions } from './apply.ts';

const { dryRun: _, ...MANAGER_ARGUMENTS } = WRITE_ARGUMENTS;

/** How a manifest is applied, or compared with what is there. */
export const APPLY_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  manifest: {
    type: new GraphQLNonNull(GraphQLString),
    description: 'YAML or JSON, with any number of documents.',
  },
  namespace: {
    type: GraphQLString,
    description:
      'Where objects go that name no namespace; those that name another are refused. By default `default`.',
  },
  serverSide: {
    type: GraphQLBoolean,
    description:
      'The server keeps account of who owns which field, and refuses to change what others own. By default the account ' +
      'is an annotation with the last manifest. See docs/apply.md.',
  },
  force: {
    type: GraphQLBoolean,
    description: 'With `serverSide`: takes over what other managers own.',
  },
  ...MANAGER_ARGUMENTS,
};

export function toApplyOptions(args: Arguments, ctx: RequestContext): ApplyOptions {
  const serverSide = args.serverSide === true;
  const force = args.force === true;
  return {
    namespace: textArgument(args, 'namespace'),
    write: {
      ...toWriteOptions(args, ctx),
      ...(serverSide ? { serverSide } : {}),
      ...(force ? { force } : {}),
    },
  };
}
