import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql';
import type { ListOptions } from '../../apiserver/client.ts';
import type { ApiObject, ObjectList } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';
import {
  type Arguments,
  getArguments,
  listArguments,
  textArgument,
  toListOptions,
  toPointInTime,
} from './arguments.ts';
import type { KindTypes } from './kind-types.ts';
import { rememberWhole } from './list-groups.ts';
import { isRefined, REFINEMENT_ARGUMENTS, refinementCheck } from './list-refinement.ts';
import {
  toFieldName,
  toGroupField,
  toListField,
  toObjectField,
  toTypePrefix,
  upperFirst,
} from './names.ts';
import { readRefinedPage } from './refined-page.ts';

type Fields = GraphQLFieldConfigMap<unknown, RequestContext>;
type Field = GraphQLFieldConfig<unknown, RequestContext>;

/** Groups and versions hold nothing: their fields need a parent, not what is in it. */
const NOTHING = Object.freeze({});

/** `apps { v1 { deployments, deployment } }` for each group and version that is served. */
export function createQueryFields(kinds: readonly KindTypes[]): Fields {
  const groups: Fields = {};
  for (const [group, versions] of byGroupAndVersion(kinds)) {
    const name = toGroupField(group);
    const words = group === '' ? 'the core group' : `the group \`${group}\``;
    const fields: Fields = {};
    for (const [version, members] of versions) {
      fields[toFieldName(version)] = createVersionField({ group, version, words, members });
    }
    groups[name] = {
      type: new GraphQLNonNull(
        new GraphQLObjectType({
          name: `${upperFirst(name)}Group`,
          description: `The versions of ${words}.`,
          fields,
        }),
      ),
      description: `The resources of ${words}, by version.`,
      resolve: () => NOTHING,
    };
  }
  return groups;
}

interface VersionOptions {
  readonly group: string;
  readonly version: string;
  readonly words: string;
  readonly members: readonly KindTypes[];
}

function createVersionField({ group, version, words, members }: VersionOptions): Field {
  const fields: Fields = {};
  for (const kind of members) Object.assign(fields, createResourceFields(kind));
  return {
    type: new GraphQLNonNull(
      new GraphQLObjectType({
        name: toTypePrefix(group, version),
        description: `The resources of ${words} in version ${version}.`,
        fields,
      }),
    ),
    description: `The resources of version ${version}.`,
    resolve: () => NOTHING,
  };
}

function createResourceFields(kind: KindTypes): Fields {
  const { definition } = kind;
  const fields: Fields = {};
  const listField = toListField(definition);
  if (definition.verbs.includes('list')) fields[listField] = createListField(kind);
  if (definition.verbs.includes('get')) {
    const objectField = toObjectField(definition.kind);
    // Endpoints are called the same in the singular and in the plural.
    fields[objectField === listField ? `${objectField}ByName` : objectField] =
      createObjectField(kind);
  }
  return fields;
}

function deprecation({ deprecation: deprecated }: ResourceDefinition): {
  deprecationReason?: string;
} {
  return deprecated ? { deprecationReason: deprecated.message } : {};
}

function createListField(kind: KindTypes): Field {
  const { definition, list, typeOf } = kind;
  const checkRefinement = refinementCheck({ schemaName: definition.schemaName, lookup: typeOf });
  return {
    type: list,
    description: `The objects of kind ${definition.kind}${definition.namespaced ? ', of one namespace or of all' : ''}.`,
    args: { ...listArguments(definition), ...REFINEMENT_ARGUMENTS },
    extensions: { reads: true, checkRefinement },
    ...deprecation(definition),
    async resolve(_, args: Arguments, ctx) {
      ctx.warnOfDeprecation(definition);
      const options = toListOptions(args);
      const page = await readPage(kind, args, ctx);
      if (options.at || options.continue || options.resourceVersion) {
        ctx.placeAt(page.items, { resourceVersion: page.metadata.resourceVersion });
      }
      return page;
    },
  };
}

function createObjectField({ definition, object }: KindTypes): Field {
  return {
    type: object,
    description: `One object of kind ${definition.kind}. Fails with NotFound when there is none of that name.`,
    args: getArguments(definition),
    extensions: { reads: true },
    ...deprecation(definition),
    resolve: (_, args: Arguments, ctx) => readObject(definition, args, ctx),
  };
}

async function readPage(
  { definition, typeOf }: KindTypes,
  args: Arguments,
  ctx: RequestContext,
): Promise<ObjectList> {
  if (isRefined(args)) {
    const { page, whole } = await readRefinedPage(definition, typeOf, args, ctx);
    rememberWhole(page, () => whole);
    return page;
  }
  const options = toListOptions(args);
  const listed = await ctx.reader.list(definition, options);
  if (!options.continue && !listed.metadata.continue) return listed;
  // A copy, because pages may be shared, and this one is remembered with how the rest of it is read.
  const page = { ...listed };
  rememberWhole(page, async () => (await readWhole(definition, options, listed, ctx)).items);
  return page;
}

/** The list that `page` is a part of, at its moment. */
function readWhole(
  definition: ResourceDefinition,
  options: ListOptions,
  { metadata: { resourceVersion } }: ObjectList,
  ctx: RequestContext,
): Promise<ObjectList> {
  const {
    limit: _l,
    continue: _c,
    resourceVersion: _r,
    resourceVersionMatch: _m,
    ...selection
  } = options;
  return ctx.client.list(definition, { ...selection, at: { resourceVersion } });
}

/** The object that the arguments name, at the moment that they name. */
export async function readObject(
  definition: ResourceDefinition,
  args: Arguments,
  ctx: RequestContext,
): Promise<ApiObject> {
  ctx.warnOfDeprecation(definition);
  const target = {
    namespace: textArgument(args, 'namespace'),
    name: textArgument(args, 'name') ?? '',
  };
  const at = toPointInTime(args);
  if (!at) return ctx.reader.get(definition, target);
  const object = await ctx.reads.get(definition, { ...target, at });
  ctx.placeAt([object], at);
  return object;
}

function byGroupAndVersion(
  kinds: readonly KindTypes[],
): ReadonlyMap<string, ReadonlyMap<string, KindTypes[]>> {
  const groups = new Map<string, Map<string, KindTypes[]>>();
  for (const kind of kinds) {
    const { group, version, verbs } = kind.definition;
    if (!verbs.includes('get') && !verbs.includes('list')) continue;
    const versions = groups.get(group) ?? new Map<string, KindTypes[]>();
    groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), kind]);
  }
  return groups;
}
