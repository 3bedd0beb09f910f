import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import {
  type Arguments,
  DEFAULT_NAMESPACE,
  DELETE_ARGUMENTS,
  objectArguments,
  PRECONDITIONS_ARGUMENT,
  selectionArguments,
  textArgument,
  toListOptions,
  toWriteOptions,
  WRITE_ARGUMENTS,
} from '../schema/arguments.ts';
import { toPlain } from '../schema/input-values.ts';
import { scale, toDeleteOptions, write } from '../schema/mutation-fields.ts';
import { PATCH_ARGUMENTS, toPatch } from '../schema/patch-input.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import type { SharedInterfaces } from '../schema/shared-types.ts';
import type { TypeRegistry } from '../schema/type-registry.ts';
import { createAppliedDocumentType } from './applied-document-type.ts';
import { applyManifest } from './apply.ts';
import { APPLY_ARGUMENTS, toApplyOptions } from './apply-arguments.ts';
import { clusterTimeMutations } from './cluster-time.ts';
import { ANY_RESOURCE, genericObjectArguments, RESOURCE_ARGUMENT } from './resource-arguments.ts';
import { findResource, toObjectTarget } from './resource-lookup.ts';
import { rollback } from './rollback.ts';
import { createTransactionField } from './transaction.ts';
import { readTypedObject } from './typed-object.ts';

type Field = GraphQLFieldConfig<unknown, RequestContext>;

export interface GenericMutationsOptions {
  readonly scheme: Scheme;
  readonly registry: TypeRegistry;
  readonly deletionType: GraphQLObjectType;
  readonly interfaces: SharedInterfaces;
}

/** Writes to any resource, of many documents at once, and all or none. */
export function createGenericMutations(
  options: GenericMutationsOptions,
): GraphQLFieldConfigMap<unknown, RequestContext> {
  const { scheme, deletionType } = options;
  return {
    apply: applyField(options),
    transaction: createTransactionField(options),
    createObject: writeObjectField(scheme, 'create'),
    updateObject: writeObjectField(scheme, 'update'),
    patchObject: patchObjectField(scheme),
    deleteObject: deleteObjectField(scheme, deletionType),
    deleteObjects: deleteObjectsField(scheme),
    scaleObject: scaleObjectField(scheme),
    ...rollbackField(options),
    ...clusterTimeMutations,
  };
}

function applyField({ scheme, registry, interfaces }: GenericMutationsOptions): Field {
  return {
    type: new GraphQLList(new GraphQLNonNull(createAppliedDocumentType(registry, interfaces))),
    description:
      'Applies a manifest as `kubectl apply` does: what is not there is created, what differs is changed, and what an ' +
      'earlier apply had set and this one leaves out is removed. Each document is applied by itself: a bad one is ' +
      'reported in its place and keeps none of the others.',
    args: {
      ...APPLY_ARGUMENTS,
      changeCause: {
        type: GraphQLString,
        description: 'Recorded in the annotation `kubernetes.io/change-cause` of each object.',
      },
      ...WRITE_ARGUMENTS,
    },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () =>
        applyManifest(scheme, textArgument(args, 'manifest') ?? '', {
          ctx,
          ...toApplyOptions(args, ctx),
          changeCause: textArgument(args, 'changeCause'),
        }),
      ),
  };
}

function writeObjectField(scheme: Scheme, verb: 'create' | 'update'): Field {
  return {
    type: JSON_SCALAR,
    description:
      verb === 'create'
        ? 'Creates an object of any kind, given and answered as JSON.'
        : 'Replaces an object of any kind, given and answered as JSON.',
    args: {
      object: {
        type: new GraphQLNonNull(JSON_SCALAR),
        description: 'The object, with its apiVersion and kind.',
      },
      ...WRITE_ARGUMENTS,
    },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, async () => {
        const { definition, object } = readTypedObject(scheme, toPlain(args.object));
        return showManagers(await ctx.client[verb](definition, object, toWriteOptions(args, ctx)));
      }),
  };
}

const definitionOfArgs = (scheme: Scheme, args: Arguments): ResourceDefinition =>
  findResource(scheme, textArgument(args, 'resource') ?? '');

function patchObjectField(scheme: Scheme): Field {
  return {
    type: JSON_SCALAR,
    description: 'Changes parts of an object of any resource.',
    args: {
      ...genericObjectArguments(),
      ...PATCH_ARGUMENTS,
      subresource: {
        type: GraphQLString,
        description: 'The subresource to patch: `status`, `scale`.',
      },
      ...WRITE_ARGUMENTS,
    },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, async () => {
        const definition = definitionOfArgs(scheme, args);
        const subresource = textArgument(args, 'subresource');
        const target = toObjectTarget(definition, args);
        const patched = await ctx.client.patch(definition, target, toPatch(args, definition), {
          ...toWriteOptions(args, ctx),
          ...(subresource === undefined ? {} : { subresource }),
        });
        return showManagers(patched);
      }),
  };
}

function deleteObjectField(scheme: Scheme, deletionType: GraphQLObjectType): Field {
  return {
    type: deletionType,
    description: 'Deletes an object of any resource.',
    args: { ...genericObjectArguments(), ...DELETE_ARGUMENTS, ...PRECONDITIONS_ARGUMENT },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, async () => {
        const definition = definitionOfArgs(scheme, args);
        return ctx.client.delete(
          definition,
          toObjectTarget(definition, args),
          toDeleteOptions(args, ctx),
        );
      }),
  };
}

function deleteObjectsField(scheme: Scheme): Field {
  return {
    type: GraphQLInt,
    description: 'Deletes the objects of a resource that are selected, and says how many.',
    args: { ...RESOURCE_ARGUMENT, ...selectionArguments(ANY_RESOURCE), ...DELETE_ARGUMENTS },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, async () => {
        const definition = definitionOfArgs(scheme, args);
        const { namespace, ...selection } = toListOptions(args);
        const where =
          definition.namespaced && namespace !== undefined
            ? { ...selection, namespace }
            : selection;
        const options = toDeleteOptions(args, ctx);
        return (await ctx.client.deleteCollection(definition, where, options)).items.length;
      }),
  };
}

function scaleObjectField(scheme: Scheme): Field {
  return {
    type: JSON_SCALAR,
    description: 'Sets the number of replicas of an object of any resource that has one.',
    args: {
      ...genericObjectArguments(),
      replicas: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'The number wanted; 0 stops them all.',
      },
      ...WRITE_ARGUMENTS,
    },
    async resolve(_, args: Arguments, ctx) {
      const definition = definitionOfArgs(scheme, args);
      const scaled = await scale(definition, { ...args, ...toObjectTarget(definition, args) }, ctx);
      return showManagers(scaled);
    },
  };
}

/** `rollbackAppsV1Deployment`, where Deployments are served. */
function rollbackField({
  scheme,
  interfaces,
}: GenericMutationsOptions): GraphQLFieldConfigMap<unknown, RequestContext> {
  const deployments = scheme.find('apps', 'v1', 'deployments');
  const replicaSets = scheme.find('apps', 'v1', 'replicasets');
  if (!deployments || !replicaSets) return {};
  return {
    rollbackAppsV1Deployment: {
      type: interfaces.object,
      description: 'Gives a Deployment the Pod template of an earlier revision.',
      args: {
        ...objectArguments(deployments),
        toRevision: {
          type: GraphQLInt,
          defaultValue: 0,
          description: 'The revision to go back to; 0 is the one before the present one.',
        },
        ...WRITE_ARGUMENTS,
      },
      resolve: (_, args: Arguments, ctx) =>
        write(ctx, () =>
          rollback(ctx, {
            deployments,
            replicaSets,
            namespace: textArgument(args, 'namespace') ?? DEFAULT_NAMESPACE,
            name: textArgument(args, 'name') ?? '',
            toRevision: (args.toRevision as number | null) ?? 0,
            write: toWriteOptions(args, ctx),
          }),
        ),
    },
  };
}
