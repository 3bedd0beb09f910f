import { type GraphQLFieldConfig, GraphQLNonNull, GraphQLString } from 'graphql';
import { extractConfiguration } from '../../scheme/managed-fields/extract.ts';
import { structureOf } from '../../scheme/managed-fields/structure.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import { type Arguments, textArgument } from '../schema/arguments.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import { genericObjectArguments } from './resource-arguments.ts';
import { findResource, toObjectTarget } from './resource-lookup.ts';

/** `appliedConfiguration`: what a field manager has applied, to be changed and applied again. */
export function createAppliedConfigurationField(
  scheme: Scheme,
): GraphQLFieldConfig<unknown, RequestContext> {
  return {
    type: JSON_SCALAR,
    description:
      'What a field manager last applied server-side to an object, as a configuration that it can change and apply again. ' +
      'It has no fields when the manager applied nothing.',
    args: {
      ...genericObjectArguments(),
      fieldManager: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'The manager whose fields are wanted.',
      },
      subresource: {
        type: GraphQLString,
        description: 'The subresource that it applied to: `status`. By default the object itself.',
      },
    },
    extensions: { reads: true },
    async resolve(_, args: Arguments, ctx) {
      const definition = findResource(scheme, textArgument(args, 'resource') ?? '');
      const object = await ctx.client.get(definition, toObjectTarget(definition, args));
      const manager = textArgument(args, 'fieldManager') ?? '';
      const subresource = textArgument(args, 'subresource') ?? '';
      const structure = structureOf(scheme, definition.schemaName);
      return extractConfiguration(object, { manager, subresource }, structure);
    },
  };
}
