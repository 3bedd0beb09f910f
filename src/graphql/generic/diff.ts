import {
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import { isApiError } from '../../scheme/errors.ts';
import { diffFields, type FieldChange } from '../../scheme/managed-fields/diff-fields.ts';
import { structureOf } from '../../scheme/managed-fields/structure.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import { type Arguments, textArgument } from '../schema/arguments.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import { nonNullString } from '../schema/shared-types.ts';
import type { TypeRegistry } from '../schema/type-registry.ts';
import { STATUS_SCHEMA } from './applied-document-type.ts';
import { type AppliedDocument, applyManifest } from './apply.ts';
import { APPLY_ARGUMENTS, toApplyOptions } from './apply-arguments.ts';

const FIELD_CHANGE_TYPE = new GraphQLObjectType<FieldChange>({
  name: 'FieldChange',
  description: 'One field that applying a manifest would change.',
  fields: {
    path: {
      type: nonNullString,
      description: 'Where it is: `.spec.template.spec.containers[name="nginx"].image`.',
    },
    before: { type: JSON_SCALAR, description: 'Its value now; null when it is not there.' },
    after: { type: JSON_SCALAR, description: 'Its value then; null when it goes.' },
  },
});

/** `diff`: what applying a manifest would change, document by document. Nothing is stored. */
export function createDiffField(
  scheme: Scheme,
  registry: TypeRegistry,
): GraphQLFieldConfig<unknown, RequestContext> {
  return {
    type: new GraphQLList(new GraphQLNonNull(createDiffDocumentType(registry))),
    description:
      'What `apply` with the same arguments would change, by field. Defaults and admission are part of it: the whole ' +
      'pipeline runs, and nothing is stored.',
    args: APPLY_ARGUMENTS,
    extensions: { reads: true },
    async resolve(_, args: Arguments, ctx) {
      const applied: DiffDocument[] = [];
      const options = toApplyOptions(args, ctx);
      await applyManifest(scheme, textArgument(args, 'manifest') ?? '', {
        ctx,
        ...options,
        write: { ...options.write, dryRun: true },
        before: (definition, object) => readBefore(ctx, definition, object),
        onDocument: (document, found) => applied.push(toDiffDocument(scheme, document, found)),
      });
      return applied;
    },
  };
}

interface DiffDocument extends AppliedDocument {
  readonly changes: readonly FieldChange[] | null;
}

async function readBefore(
  { client }: RequestContext,
  definition: ResourceDefinition,
  { metadata }: ApiObject,
): Promise<ApiObject | undefined> {
  const { namespace, name = '' } = metadata;
  try {
    return await client.get(definition, { namespace, name });
  } catch (thrown) {
    // Ignored: an object that is not there yet differs in every field.
    if (isApiError(thrown, 'NotFound')) return undefined;
    throw thrown;
  }
}

function toDiffDocument(
  scheme: Scheme,
  document: AppliedDocument,
  found:
    | { readonly definition: ResourceDefinition; readonly before: ApiObject | undefined }
    | undefined,
): DiffDocument {
  if (!document.object || !found) return { ...document, changes: null };
  const structure = structureOf(scheme, found.definition.schemaName);
  return { ...document, changes: diffFields(found.before, document.object, structure) };
}

function createDiffDocumentType(registry: TypeRegistry): GraphQLObjectType {
  return new GraphQLObjectType({
    name: 'DiffDocument',
    description: 'What applying one document of a manifest would change.',
    fields: {
      document: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'Its number in the manifest, from 1.',
      },
      line: { type: new GraphQLNonNull(GraphQLInt), description: 'The line that it begins on.' },
      reference: {
        type: GraphQLString,
        description: '`deployment.apps/web`; null when not even kind and name could be read.',
      },
      namespace: {
        type: GraphQLString,
        description: 'The namespace that it goes to, where the kind has one.',
      },
      changes: {
        type: new GraphQLList(new GraphQLNonNull(FIELD_CHANGE_TYPE)),
        description: 'The fields that differ, in order; null when it cannot be applied.',
      },
      error: { type: registry.output(STATUS_SCHEMA), description: 'Why it cannot be applied.' },
    },
  });
}
