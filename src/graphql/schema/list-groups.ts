/** How many objects a list has, and how many of each sort: counted over the whole list, whatever page is shown. */
import {
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject, ObjectList } from '../../scheme/object.ts';
import type { Arguments } from './arguments.ts';
import { readPath } from './field-path.ts';
import { assertScalar, type TypeLookup, typeAt } from './field-types.ts';
import { JSON_SCALAR } from './scalars.ts';
import { nonNullString } from './shared-types.ts';

const MAX_FIELDS = 5;
const MAX_GROUPS = 1_000;

interface Group {
  readonly values: readonly unknown[];
  readonly count: number;
}

const wholes = new WeakMap<
  ObjectList,
  () => readonly ApiObject[] | Promise<readonly ApiObject[]>
>();

/** Says how the whole of a list is read, of which `page` is a part. It is read when it is asked for. */
export function rememberWhole(
  page: ObjectList,
  read: () => readonly ApiObject[] | Promise<readonly ApiObject[]>,
): void {
  wholes.set(page, read);
}

const wholeOf = (page: ObjectList) => wholes.get(page)?.() ?? page.items;

const LIST_GROUP_TYPE = new GraphQLObjectType<Group>({
  name: 'ListGroup',
  description: 'Objects of a list that have the same values in the fields that it is grouped by.',
  fields: {
    values: {
      type: new GraphQLNonNull(new GraphQLList(JSON_SCALAR)),
      description: 'The value of each field, in order; null where it is missing.',
    },
    count: { type: new GraphQLNonNull(GraphQLInt), description: 'How many objects there are.' },
  },
});

/** Fields of the list of a kind. */
export function countFields(
  schemaName: string,
  lookup: TypeLookup,
): GraphQLFieldConfigMap<unknown, unknown> {
  return {
    count: {
      type: new GraphQLNonNull(GraphQLInt),
      description: 'How many objects the list has over all its pages.',
      resolve: async (page) => (await wholeOf(page as ObjectList)).length,
    },
    groups: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(LIST_GROUP_TYPE))),
      description:
        'How many objects there are of each sort, over all pages: the largest groups first. An object with several values ' +
        '(`spec.containers[*].image`) counts in the group of each.',
      args: {
        by: {
          type: new GraphQLNonNull(new GraphQLList(nonNullString)),
          description: `The fields whose values tell the sorts apart: \`spec.nodeName\`. At most ${MAX_FIELDS}.`,
        },
        limit: {
          type: GraphQLInt,
          defaultValue: 100,
          description: `At most this many groups, and never more than ${MAX_GROUPS}.`,
        },
      },
      resolve: async (page, args: Arguments) => {
        const by = args.by as readonly string[];
        assertFields(by, schemaName, lookup);
        const limit = Math.min((args.limit as number | null) ?? MAX_GROUPS, MAX_GROUPS);
        return groupObjects(await wholeOf(page as ObjectList), by).slice(0, Math.max(0, limit));
      },
    },
  };
}

function assertFields(by: readonly string[], schemaName: string, lookup: TypeLookup): void {
  if (by.length === 0) throw badRequest('by: name a field, as spec.nodeName');
  if (by.length > MAX_FIELDS) throw badRequest(`by: more than ${MAX_FIELDS} fields`);
  const type = { kind: 'ref', name: schemaName } as const;
  for (const path of by) assertScalar(typeAt(type, path, lookup), 'by');
}

/** The groups of `objects`, the largest first; of equal ones that which came first. */
export function groupObjects(
  objects: readonly ApiObject[],
  by: readonly string[],
): readonly Group[] {
  const groups = new Map<string, { values: readonly unknown[]; count: number }>();
  for (const object of objects) {
    for (const [key, values] of sortsOf(object, by)) {
      const group = groups.get(key);
      if (group) group.count++;
      else groups.set(key, { values, count: 1 });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** What sorts an object is of: one, unless a path leads to several values. */
function sortsOf(
  object: ApiObject,
  by: readonly string[],
): ReadonlyMap<string, readonly unknown[]> {
  let sorts: (readonly unknown[])[] = [[]];
  for (const path of by) {
    const found = readPath(object, path);
    const values = found.length === 0 ? [null] : found;
    sorts = sorts.flatMap((sort) => values.map((value) => [...sort, value]));
  }
  return new Map(sorts.map((values) => [JSON.stringify(values), values]));
}
