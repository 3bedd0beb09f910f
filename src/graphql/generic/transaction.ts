import {
  type GraphQLFieldConfig,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { TransactionWrite } from '../../apiserver/client.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import {
  type Arguments,
  textArgument,
  toWriteOptions,
  WRITE_ARGUMENTS,
} from '../schema/arguments.ts';
import { toPlain } from '../schema/input-values.ts';
import { write } from '../schema/mutation-fields.ts';
import { PATCH_ARGUMENTS, toPatch } from '../schema/patch-input.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import type { SharedInterfaces } from '../schema/shared-types.ts';
import { genericObjectArguments } from './resource-arguments.ts';
import { findResource, toObjectTarget } from './resource-lookup.ts';
import { readTypedObject } from './typed-object.ts';

const SUBRESOURCE = { type: GraphQLString, description: 'The subresource: `status`.' };

const TRANSACTION_PATCH_INPUT = new GraphQLInputObjectType({
  name: 'TransactionPatchInput',
  description: 'Changes parts of an object.',
  fields: { ...genericObjectArguments(), ...PATCH_ARGUMENTS, subresource: SUBRESOURCE },
});

const TRANSACTION_DELETE_INPUT = new GraphQLInputObjectType({
  name: 'TransactionDeleteInput',
  description: 'Deletes an object.',
  fields: genericObjectArguments(),
});

const TRANSACTION_WRITE_INPUT = new GraphQLInputObjectType({
  name: 'TransactionWriteInput',
  description: 'One write of a transaction: one of its fields.',
  isOneOf: true,
  fields: {
    create: {
      type: JSON_SCALAR,
      description: 'Creates this object, which says its apiVersion and kind.',
    },
    update: {
      type: JSON_SCALAR,
      description: 'Replaces the object by this one, which says its apiVersion and kind.',
    },
    patch: { type: TRANSACTION_PATCH_INPUT, description: 'Changes parts of an object.' },
    delete: { type: TRANSACTION_DELETE_INPUT, description: 'Deletes an object.' },
  },
});

export function createTransactionField({
  scheme,
  interfaces,
}: {
  scheme: Scheme;
  interfaces: SharedInterfaces;
}): GraphQLFieldConfig<unknown, RequestContext> {
  return {
    type: new GraphQLList(new GraphQLNonNull(interfaces.object)),
    description:
      'Several writes, all or none, at consecutive resourceVersions. Answers with the objects, in order.',
    args: {
      writes: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(TRANSACTION_WRITE_INPUT))),
        description: 'The writes, in order.',
      },
      ...WRITE_ARGUMENTS,
    },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, async () => {
        const writes = (args.writes as readonly Arguments[]).map((input, index) =>
          toTransactionWrite(scheme, input, index),
        );
        return ctx.client.transaction(writes, toWriteOptions(args, ctx));
      }),
  };
}

function toTransactionWrite(scheme: Scheme, input: Arguments, index: number): TransactionWrite {
  if (input.create != null) {
    const { definition, object } = readTypedObject(scheme, toPlain(input.create));
    return { type: 'create', ref: definition, object };
  }
  if (input.update != null) {
    const { definition, object } = readTypedObject(scheme, toPlain(input.update));
    return { type: 'update', ref: definition, object };
  }
  const patch = input.patch as Arguments | undefined;
  const named = patch ?? (input.delete as Arguments | undefined);
  if (!named) throw badRequest(`writes[${index}]: name one of create, update, patch, delete`);
  const ref = findResource(scheme, textArgument(named, 'resource') ?? '');
  const target = toObjectTarget(ref, named);
  if (!patch) return { type: 'delete', ref, target };
  const subresource = textArgument(patch, 'subresource');
  return {
    type: 'patch',
    ref,
    target,
    patch: toPatch(patch, ref),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
