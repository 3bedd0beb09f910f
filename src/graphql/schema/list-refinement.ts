import {
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { Arguments } from './arguments.ts';
import {
  compileConditions,
  FIELD_CONDITION_INPUT,
  type FieldCondition,
} from './field-conditions.ts';
import { compareValues, readPath } from './field-path.ts';
import { assertScalar, type TypeLookup, typeAt } from './field-types.ts';

interface FieldOrder {
  readonly path: string;
  readonly direction: 'ASC' | 'DESC';
}

const PATH = {
  type: new GraphQLNonNull(GraphQLString),
  description:
    'The field: `status.phase`, `spec.containers[*].image` (any of them), `metadata.labels["app.kubernetes.io/name"]`.',
};

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
    description: 'Only objects whose fields are like this; after the selectors, before `limit`.',
  },
  orderBy: {
    type: new GraphQLList(new GraphQLNonNull(FIELD_ORDER_INPUT)),
    description: 'Orders by these fields, the first one first. By default by namespace and name.',
  },
};

/** Whether the arguments refine a list at all. */
export function isRefined({ where, orderBy }: Arguments): boolean {
  const given = [where, orderBy] as readonly (readonly unknown[] | null | undefined)[];
  return given.some((list) => (list?.length ?? 0) > 0);
}

/** The kind of a list's objects. */
export interface RefinedKind {
  readonly schemaName: string;
  readonly lookup: TypeLookup;
}

/** Judges arguments of a list without reading anything. @throws {ApiError} BadRequest */
export type RefinementCheck = (args: Arguments) => void;

export function isRefinementCheck(value: unknown): value is RefinementCheck {
  return typeof value === 'function';
}

export const refinementCheck =
  (kind: RefinedKind): RefinementCheck =>
  ({ where, orderBy }) => {
    refine([], { where, orderBy }, kind);
  };

/**
 * The objects that the conditions leave, in the order that is asked for; objects that are equal in it stay as they were.
 * @throws {ApiError} BadRequest for fields that the kind does not have
 */
export function refine(
  items: readonly ApiObject[],
  { where, orderBy }: Arguments,
  { schemaName, lookup }: RefinedKind,
): readonly ApiObject[] {
  const type = { kind: 'ref', name: schemaName } as const;
  const orders = (orderBy ?? []) as readonly FieldOrder[];
  if (orders.length > MAX_ORDERS) throw badRequest(`orderBy: more than ${MAX_ORDERS} fields`);
  for (const { path } of orders) assertScalar(typeAt(type, path, lookup), 'orderBy');
  const matches = compileConditions((where ?? []) as readonly FieldCondition[], type, lookup);
  const kept = items.filter(matches);
  return orders.length === 0 ? kept : sortBy(kept, orders);
}

const MAX_ORDERS = 10;

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
