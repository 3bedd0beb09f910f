import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import { deepEqual } from '../../lib/deep-equal.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { Arguments } from './arguments.ts';
import { compareValues, readPath } from './field-path.ts';
import { JSON_SCALAR } from './scalars.ts';

/** One condition on a field; all that are given hold. */
interface FieldCondition {
  readonly path: string;
  readonly equals?: unknown;
  readonly notEquals?: unknown;
  readonly in?: readonly unknown[] | null;
  readonly greaterThan?: unknown;
  readonly lessThan?: unknown;
  readonly contains?: string | null;
  readonly exists?: boolean | null;
}

interface FieldOrder {
  readonly path: string;
  readonly direction: 'ASC' | 'DESC';
}

const PATH = {
  type: new GraphQLNonNull(GraphQLString),
  description:
    'The field: `status.phase`, `spec.containers[*].image` (any of them), `metadata.labels["app.kubernetes.io/name"]`.',
};

const FIELD_CONDITION_INPUT = new GraphQLInputObjectType({
  name: 'FieldConditionInput',
  description: 'What a field has to be. Of several conditions all have to hold.',
  fields: {
    path: PATH,
    equals: { type: JSON_SCALAR, description: 'The field is this.' },
    notEquals: { type: JSON_SCALAR, description: 'The field is something else, or missing.' },
    in: {
      type: new GraphQLList(new GraphQLNonNull(JSON_SCALAR)),
      description: 'The field is one of these.',
    },
    greaterThan: {
      type: JSON_SCALAR,
      description: 'The field is more: a number, quantity, time or text.',
    },
    lessThan: {
      type: JSON_SCALAR,
      description: 'The field is less: a number, quantity, time or text.',
    },
    contains: { type: GraphQLString, description: 'The field is a text with this in it.' },
    exists: { type: GraphQLBoolean, description: 'The field is there (true) or missing (false).' },
  },
});

const FIELD_ORDER_INPUT = new GraphQLInputObjectType({
  name: 'FieldOrderInput',
  description:
    'A field to order by; numbers, quantities and times by their value. Where it is missing comes last.',
  fields: {
    path: PATH,
    direction: {
      type: new GraphQLNonNull(
        new GraphQLEnumType({
          name: 'OrderDirection',
          description: 'Which way a list is ordered.',
          values: {
            ASC: { description: 'The smallest first.' },
            DESC: { description: 'The largest first.' },
          },
        }),
      ),
      defaultValue: 'ASC',
      description: 'Which way.',
    },
  },
});

/** What narrows and orders a list by any of its fields, beyond what Kubernetes' selectors can. */
export const REFINEMENT_ARGUMENTS: GraphQLFieldConfigArgumentMap = {
  where: {
    type: new GraphQLList(new GraphQLNonNull(FIELD_CONDITION_INPUT)),
    description:
      'Only objects whose fields are like this; after the selectors, before `limit`. Not with `continue`.',
  },
  orderBy: {
    type: new GraphQLList(new GraphQLNonNull(FIELD_ORDER_INPUT)),
    description:
      'Orders by these fields, the first one first. By default by namespace and name. Not with `continue`.',
  },
};

/** Whether the arguments refine a list at all. @throws {ApiError} BadRequest for pages of a refined list */
export function isRefined(args: Arguments): boolean {
  const { where, orderBy } = args as { where?: unknown[] | null; orderBy?: unknown[] | null };
  const refined = (where?.length ?? 0) + (orderBy?.length ?? 0) > 0;
  if (refined && args.continue) {
    throw badRequest(
      'continue: a list that is refined by where or orderBy has no next page; raise limit',
    );
  }
  return refined;
}

/** The objects that the conditions leave, in the order that is asked for. */
export function refine(items: readonly ApiObject[], args: Arguments): readonly ApiObject[] {
  const conditions = (args.where ?? []) as readonly FieldCondition[];
  const orders = (args.orderBy ?? []) as readonly FieldOrder[];
  const kept = items.filter((item) => conditions.every((condition) => holds(item, condition)));
  return orders.length === 0 ? kept : sortBy(kept, orders);
}

/** Each test of a condition, on one value that the path leads to. */
const TESTS: Readonly<Record<string, (value: unknown, wanted: never) => boolean>> = {
  equals: (value, wanted) => deepEqual(value, wanted),
  in: (value, wanted: readonly unknown[]) => wanted.some((one) => deepEqual(value, one)),
  greaterThan: (value, wanted) => compareValues(value, wanted) > 0,
  lessThan: (value, wanted) => compareValues(value, wanted) < 0,
  contains: (value, wanted: string) => typeof value === 'string' && value.includes(wanted),
};

function holds(item: ApiObject, condition: FieldCondition): boolean {
  const values = readPath(item, condition.path);
  if (typeof condition.exists === 'boolean' && values.length > 0 !== condition.exists) return false;
  const { notEquals } = condition;
  if (notEquals != null && values.some((value) => deepEqual(value, notEquals))) return false;
  for (const [name, test] of Object.entries(TESTS)) {
    const wanted = condition[name as keyof FieldCondition];
    if (wanted != null && !values.some((value) => test(value, wanted as never))) return false;
  }
  return true;
}

function sortBy(items: readonly ApiObject[], orders: readonly FieldOrder[]): readonly ApiObject[] {
  // Paths are read once an object, not once a comparison.
  const keyed = items.map((item) => ({
    item,
    keys: orders.map(({ path }) => readPath(item, path)[0]),
  }));
  keyed.sort((a, b) => {
    for (const [index, { direction }] of orders.entries()) {
      const difference = compareKeys(a.keys[index], b.keys[index], direction);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function compareKeys(a: unknown, b: unknown, direction: FieldOrder['direction']): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return direction === 'ASC' ? compareValues(a, b) : compareValues(b, a);
}
