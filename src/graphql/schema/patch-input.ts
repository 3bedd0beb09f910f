import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLNonNull,
} from 'graphql';
import type { Patch } from '../../apiserver/client.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Arguments } from './arguments.ts';
import { toPlain } from './input-values.ts';
import { JSON_SCALAR } from './scalars.ts';

const PATCH_TYPE = new GraphQLEnumType({
  name: 'PatchType',
  description: 'How a patch is read.',
  values: {
    JSON: {
      description:
        'A list of operations at paths (RFC 6902): `[{op: "replace", path: "/spec/replicas", value: 3}]`.',
    },
    MERGE: {
      description:
        'An object of which each member replaces what is there; null removes (RFC 7386). Lists are replaced whole.',
    },
    STRATEGIC: {
      description:
        'As MERGE, but lists are joined by their merge keys, as the kind says: containers by name.',
    },
    APPLY: {
      description:
        'A configuration that `fieldManager` wants: it owns these fields from then on, and what it applied before and leaves ' +
        'out now goes. Creates what is not there. See docs/apply.md.',
    },
  },
});

export const PATCH_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  type: {
    type: PATCH_TYPE,
    description:
      'How the patch is read. By default STRATEGIC; of custom resources, which know no such patches, MERGE.',
  },
  patch: {
    type: new GraphQLNonNull(JSON_SCALAR),
    description: 'The patch, in the form that `type` says.',
  },
  force: {
    type: GraphQLBoolean,
    description: 'With APPLY: takes over what other managers own.',
  },
};

/** The patch of an object of `definition`. @throws {ApiError} BadRequest when the patch has not the form that its type says */
export function toPatch(args: Arguments, { served }: Pick<ResourceDefinition, 'served'>): Patch {
  const patch = parseText(toPlain(args.patch));
  const type = args.type ?? (served === undefined ? 'STRATEGIC' : 'MERGE');
  if (type === 'JSON') {
    if (!Array.isArray(patch)) throw badRequest('patch: a JSON patch is a list of operations');
    return { type: 'json', operations: patch };
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw badRequest('patch: a merge patch is an object');
  }
  if (type === 'APPLY') return { type: 'apply', configuration: patch, force: args.force === true };
  if (args.force === true) throw badRequest('force: only an APPLY patch may be forced');
  return { type: type === 'MERGE' ? 'merge' : 'strategic', patch };
}

/** A patch may also be a string that holds its JSON: literals cannot spell keys such as `app.kubernetes.io/name`. */
function parseText(patch: unknown): unknown {
  if (typeof patch !== 'string') return patch;
  try {
    return JSON.parse(patch);
  } catch (error) {
    throw badRequest(`patch: ${(error as Error).message}`);
  }
}
