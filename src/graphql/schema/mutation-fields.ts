import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { DeleteOptions, NewObject } from '../../apiserver/client.ts';
import { badRequest } from '../../scheme/errors.ts';
import { type ApiObject, toApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition, SubresourceDefinition } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';
import {
  type Arguments,
  DEFAULT_NAMESPACE,
  DELETE_ARGUMENTS,
  namespaceArgument,
  objectArguments,
  PRECONDITIONS_ARGUMENT,
  selectionArguments,
  textArgument,
  toListOptions,
  toWriteOptions,
  WRITE_ARGUMENTS,
} from './arguments.ts';
import { toJson } from './input-values.ts';
import type { KindTypes } from './kind-types.ts';
import { toTypePrefix, upperFirst } from './names.ts';
import { PATCH_ARGUMENTS, toPatch } from './patch-input.ts';
import { toTypeName } from './served-kinds.ts';
import type { TypeRegistry } from './type-registry.ts';

type Fields = GraphQLFieldConfigMap<unknown, RequestContext>;
type Field = GraphQLFieldConfig<unknown, RequestContext>;

export interface MutationFieldsOptions {
  readonly kinds: readonly KindTypes[];
  readonly registry: TypeRegistry;
  readonly deletionType: GraphQLObjectType;
}

/** `createAppsV1Deployment` and its like: one flat field an operation and kind. */
export function createMutationFields({
  kinds,
  registry,
  deletionType,
}: MutationFieldsOptions): Fields {
  const fields: Fields = {};
  for (const kind of kinds) {
    const { deprecation } = kind.definition;
    for (const [name, field] of fieldsOf(kind, registry, deletionType)) {
      fields[name] = deprecation ? { ...field, deprecationReason: deprecation.message } : field;
    }
  }
  return fields;
}

function* fieldsOf(
  kind: KindTypes,
  registry: TypeRegistry,
  deletionType: GraphQLObjectType,
): Iterable<readonly [string, Field]> {
  const name = toTypeName(kind.definition);
  const verbs = new Set(kind.definition.verbs);
  if (verbs.has('create')) yield [`create${name}`, createField(kind)];
  if (verbs.has('update')) yield [`update${name}`, updateField(kind)];
  if (verbs.has('patch')) {
    yield [`patch${name}`, patchField(kind)];
    yield [`apply${name}`, applyField(kind)];
  }
  if (verbs.has('delete')) yield [`delete${name}`, deleteField(kind, deletionType)];
  if (verbs.has('deletecollection')) {
    yield [`deleteCollection${name}`, deleteCollectionField(kind)];
  }
  for (const subresource of kind.definition.subresources) {
    yield* subresourceFields(kind, subresource, registry);
  }
}

/** Runs a write; what is selected of its answer is read after it. */
export async function write<T>(ctx: RequestContext, run: () => Promise<T>): Promise<T> {
  const result = await run();
  ctx.startNewMoment();
  return result;
}

/** The input as the object that it stands for, in the namespace that argument and metadata agree on. */
function toObject(kind: KindTypes, args: Arguments): NewObject<ApiObject> {
  const { definition } = kind;
  const input = toJson(kind.input, args.input) as Partial<ApiObject>;
  const metadata = { ...input.metadata };
  if (definition.namespaced) {
    const asked = textArgument(args, 'namespace');
    if (asked !== undefined && metadata.namespace !== undefined && metadata.namespace !== asked) {
      throw badRequest(
        `the namespace of the provided object does not match the namespace sent on the request: ${metadata.namespace} is not ${asked}`,
      );
    }
    metadata.namespace = asked ?? metadata.namespace ?? DEFAULT_NAMESPACE;
  }
  return {
    ...input,
    apiVersion: input.apiVersion ?? toApiVersion(definition.group, definition.version),
    kind: input.kind ?? definition.kind,
    metadata,
  };
}

function inputArguments({ definition, input }: KindTypes) {
  const namespace = namespaceArgument(definition).namespace;
  return {
    input: { type: new GraphQLNonNull(input), description: 'The object.' },
    ...(namespace
      ? {
          namespace: {
            type: namespace.type,
            description: `The namespace of the object. By default what its metadata says, or \`${DEFAULT_NAMESPACE}\`.`,
          },
        }
      : {}),
    ...WRITE_ARGUMENTS,
  };
}

function createField(kind: KindTypes): Field {
  const { definition } = kind;
  return {
    type: kind.object,
    description: `Creates an object of kind ${definition.kind}.`,
    args: inputArguments(kind),
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () =>
        ctx.client.create(definition, toObject(kind, args), toWriteOptions(args, ctx)),
      ),
  };
}

function updateField(kind: KindTypes, subresource?: string): Field {
  const { definition } = kind;
  const what = subresource ? `the ${subresource} of an object` : 'an object';
  return {
    type: kind.object,
    description:
      `Replaces ${what} of kind ${definition.kind}. With metadata.resourceVersion it fails with Conflict when the ` +
      'object has changed since; without, the last write wins.',
    args: inputArguments(kind),
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () =>
        ctx.client.update(definition, toObject(kind, args) as ApiObject, {
          ...toWriteOptions(args, ctx),
          ...(subresource ? { subresource } : {}),
        }),
      ),
  };
}

function patchField(kind: KindTypes, subresource?: string): Field {
  const { definition } = kind;
  const what = subresource ? `the ${subresource} of an object` : 'an object';
  return {
    type: kind.object,
    description: `Changes parts of ${what} of kind ${definition.kind}.`,
    args: { ...objectArguments(definition), ...PATCH_ARGUMENTS, ...WRITE_ARGUMENTS },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () =>
        ctx.client.patch(definition, toTarget(args), toPatch(args, definition), {
          ...toWriteOptions(args, ctx),
          ...(subresource ? { subresource } : {}),
        }),
      ),
  };
}

function applyField(kind: KindTypes): Field {
  const { definition } = kind;
  return {
    type: kind.object,
    description:
      `Applies an object of kind ${definition.kind} server-side: its fields become the field manager's, what it applied before ` +
      `and leaves out goes, and what is not there is created. For a part of an object: \`patch${toTypeName(definition)}\` with APPLY.`,
    args: {
      ...inputArguments(kind),
      fieldManager: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Whose fields these are.',
      },
      force: { type: GraphQLBoolean, description: 'Takes over what other managers own.' },
    },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () => {
        const object = toObject(kind, args);
        const { namespace, name = '' } = object.metadata;
        const patch = { type: 'apply', configuration: object, force: args.force === true } as const;
        const target = { namespace: definition.namespaced ? namespace : undefined, name };
        return ctx.client.patch(definition, target, patch, toWriteOptions(args, ctx));
      }),
  };
}

export function toTarget(args: Arguments): { namespace?: string; name: string } {
  const namespace = textArgument(args, 'namespace');
  return {
    ...(namespace === undefined ? {} : { namespace }),
    name: textArgument(args, 'name') ?? '',
  };
}

export function toDeleteOptions(args: Arguments, ctx: RequestContext): DeleteOptions {
  const preconditions = args.preconditions as DeleteOptions['preconditions'] | null;
  return {
    ...toWriteOptions(args, ctx),
    ...(args.gracePeriodSeconds == null
      ? {}
      : { gracePeriodSeconds: args.gracePeriodSeconds as number }),
    ...(args.propagationPolicy == null
      ? {}
      : { propagationPolicy: args.propagationPolicy as 'Orphan' | 'Background' | 'Foreground' }),
    ...(preconditions ? { preconditions: { ...preconditions } } : {}),
  };
}

function deleteField({ definition }: KindTypes, deletionType: GraphQLObjectType): Field {
  return {
    type: deletionType,
    description: `Deletes an object of kind ${definition.kind}.`,
    args: { ...objectArguments(definition), ...DELETE_ARGUMENTS, ...PRECONDITIONS_ARGUMENT },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () => ctx.client.delete(definition, toTarget(args), toDeleteOptions(args, ctx))),
  };
}

function deleteCollectionField({ definition }: KindTypes): Field {
  return {
    type: GraphQLInt,
    description: `Deletes the objects of kind ${definition.kind} that are selected, and says how many.`,
    args: { ...selectionArguments(definition), ...DELETE_ARGUMENTS },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, async () => {
        const options = toDeleteOptions(args, ctx);
        return (await ctx.client.deleteCollection(definition, toListOptions(args), options)).items
          .length;
      }),
  };
}

function* subresourceFields(
  kind: KindTypes,
  subresource: SubresourceDefinition,
  registry: TypeRegistry,
): Iterable<readonly [string, Field]> {
  const name = toTypeName(kind.definition);
  const suffix = upperFirst(subresource.name);
  const isOwnKind = subresource.kind === undefined;
  if (isOwnKind && subresource.verbs.includes('update')) {
    yield [`update${name}${suffix}`, updateField(kind, subresource.name)];
  }
  if (isOwnKind && subresource.verbs.includes('patch')) {
    yield [`patch${name}${suffix}`, patchField(kind, subresource.name)];
  }
  // Proxies and terminals (`exec`, `portforward`) carry streams, not objects: their kinds have no schema.
  const isAction =
    subresource.kind && registry.knows(registry.names.schemaNameOf(subresource.kind));
  if (isAction && subresource.verbs.includes('create')) {
    yield [`create${name}${suffix}`, actionField(kind, subresource, registry)];
  }
  if (subresource.name === 'scale') yield [`scale${name}`, scaleField(kind)];
}

/** POST to `binding`, `eviction`, `token`. */
function actionField(
  { definition }: KindTypes,
  subresource: SubresourceDefinition,
  registry: TypeRegistry,
): Field {
  const kind = subresource.kind ?? definition;
  const schemaName = registry.names.schemaNameOf(kind);
  const input = registry.input(schemaName);
  return {
    type: registry.output(schemaName),
    description: `Creates the ${subresource.name} (a ${toTypePrefix(kind.group, kind.version)} ${kind.kind}) of an object of kind ${definition.kind}.`,
    args: {
      ...objectArguments(definition),
      input: { type: new GraphQLNonNull(input), description: `The ${kind.kind}.` },
      ...WRITE_ARGUMENTS,
    },
    resolve: (_, args: Arguments, ctx) =>
      write(ctx, () => {
        const body = toJson(input, args.input) as object;
        const typed = {
          apiVersion: toApiVersion(kind.group, kind.version),
          kind: kind.kind,
          ...body,
        };
        return ctx.client.createSubresource(
          definition,
          toTarget(args),
          subresource.name,
          typed,
          toWriteOptions(args, ctx),
        );
      }),
  };
}

function scaleField({ definition, object }: KindTypes): Field {
  return {
    type: object,
    description: `Sets the number of replicas of an object of kind ${definition.kind}.`,
    args: {
      ...objectArguments(definition),
      replicas: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'The number wanted; 0 stops them all.',
      },
      ...WRITE_ARGUMENTS,
    },
    resolve: (_, args: Arguments, ctx) => scale(definition, args, ctx),
  };
}

/** Sets replicas through the scale subresource, and answers with the object. */
export async function scale(
  definition: ResourceDefinition,
  args: Arguments,
  ctx: RequestContext,
): Promise<ApiObject> {
  const target = toTarget(args);
  const scaled: Scaled = await write(ctx, () =>
    ctx.client.patch(
      definition,
      target,
      { type: 'merge', patch: { spec: { replicas: args.replicas } } },
      { ...toWriteOptions(args, ctx), subresource: 'scale' },
    ),
  );
  const object: Scaled = await ctx.client.get(definition, target);
  if (args.dryRun !== true) return object;
  // Nothing was stored: the object shows what the scale would have made of it.
  return { ...object, spec: { ...object.spec, ...scaled.spec } } as ApiObject;
}

type Scaled = ApiObject & { readonly spec?: { readonly replicas?: number } };
