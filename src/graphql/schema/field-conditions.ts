/** Conditions on the fields of objects: what `where` takes, and what it means. */
import {
  GraphQLBoolean,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import { deepEqual } from '../../lib/deep-equal.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { FieldType } from '../../scheme/structural-schema.ts';
import { compareValues, readPath } from './field-path.ts';
import {
  assertComparable,
  assertScalar,
  type TypedField,
  type TypeLookup,
  typeAt,
} from './field-types.ts';
import { JSON_SCALAR } from './scalars.ts';

/** More would cost every object of a list. */
const MAX_CONDITIONS = 100;
const MAX_DEPTH = 8;

/** One condition; all that it says holds. */
export interface FieldCondition extends Comparisons {
  readonly path?: string | null;
  readonly exists?: boolean | null;
  readonly and?: readonly FieldCondition[] | null;
  readonly or?: readonly FieldCondition[] | null;
  readonly not?: FieldCondition | null;
  readonly some?: FieldCondition | null;
  readonly every?: FieldCondition | null;
  readonly none?: FieldCondition | null;
}

interface Comparisons {
  readonly equals?: unknown;
  readonly notEquals?: unknown;
  readonly in?: readonly unknown[] | null;
  readonly notIn?: readonly unknown[] | null;
  readonly greaterThan?: unknown;
  readonly greaterThanOrEqual?: unknown;
  readonly lessThan?: unknown;
  readonly lessThanOrEqual?: unknown;
  readonly contains?: string | null;
  readonly startsWith?: string | null;
}

const conditions = () => new GraphQLList(new GraphQLNonNull(FIELD_CONDITION_INPUT));
const json = (description: string) => ({ type: JSON_SCALAR, description });
const values = (description: string) => ({
  type: new GraphQLList(new GraphQLNonNull(JSON_SCALAR)),
  description,
});
const ordered = 'a number, quantity, time or text.';

export const FIELD_CONDITION_INPUT: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'FieldConditionInput',
  description: 'What a field has to be. All that one condition says has to hold.',
  fields: () => ({
    path: {
      type: GraphQLString,
      description:
        'The field: `status.phase`, `spec.containers[*].image` (any of them), `metadata.labels["app.kubernetes.io/name"]`. ' +
        'Inside of `some`, `every` and `none` it starts at the element, which it is itself when it is left out.',
    },
    equals: json('The field is this.'),
    notEquals: json('The field is something else, or missing.'),
    in: values('The field is one of these.'),
    notIn: values('The field is none of these, or missing.'),
    greaterThan: json(`The field is more: ${ordered}`),
    greaterThanOrEqual: json(`The field is this or more: ${ordered}`),
    lessThan: json(`The field is less: ${ordered}`),
    lessThanOrEqual: json(`The field is this or less: ${ordered}`),
    contains: { type: GraphQLString, description: 'The field is a text with this in it.' },
    startsWith: { type: GraphQLString, description: 'The field is a text that begins so.' },
    exists: { type: GraphQLBoolean, description: 'The field is there (true) or missing (false).' },
    some: {
      type: FIELD_CONDITION_INPUT,
      description: 'The field is a list, and this holds for an element.',
    },
    every: {
      type: FIELD_CONDITION_INPUT,
      description: 'This holds for each element of the list, if it has any.',
    },
    none: { type: FIELD_CONDITION_INPUT, description: 'This holds for no element of the list.' },
    and: { type: conditions(), description: 'All of these hold.' },
    or: { type: conditions(), description: 'One of these holds.' },
    not: { type: FIELD_CONDITION_INPUT, description: 'This does not hold.' },
  }),
});

export type Matches = (value: unknown) => boolean;

/** Each comparison, with one value that the path leads to. */
const COMPARISONS: Readonly<Record<string, (value: unknown, wanted: never) => boolean>> = {
  equals: (value, wanted) => deepEqual(value, wanted),
  in: (value, wanted: readonly unknown[]) => wanted.some((one) => deepEqual(value, one)),
  greaterThan: (value, wanted) => compareValues(value, wanted) > 0,
  greaterThanOrEqual: (value, wanted) => compareValues(value, wanted) >= 0,
  lessThan: (value, wanted) => compareValues(value, wanted) < 0,
  lessThanOrEqual: (value, wanted) => compareValues(value, wanted) <= 0,
  contains: (value, wanted: string) => typeof value === 'string' && value.includes(wanted),
  startsWith: (value, wanted: string) => typeof value === 'string' && value.startsWith(wanted),
};

/** What also holds for a field that is missing: the opposite of one of the above. */
const OPPOSITES: Readonly<Record<string, string>> = { notEquals: 'equals', notIn: 'in' };

/**
 * What the conditions mean for an object of a type: they are checked and prepared once, however many objects there are.
 * @throws {ApiError} BadRequest for fields that the kind does not have, values that they cannot have, and too much of it
 */
export function compileConditions(
  given: readonly FieldCondition[],
  type: FieldType | undefined,
  lookup: TypeLookup,
): Matches {
  const compiler = new ConditionCompiler(lookup);
  const all = given.map((condition) => compiler.compile(condition, type, 0));
  return (object) => all.every((matches) => matches(object));
}

class ConditionCompiler {
  readonly #lookup: TypeLookup;
  #count = 0;

  constructor(lookup: TypeLookup) {
    this.#lookup = lookup;
  }

  compile(condition: FieldCondition, type: FieldType | undefined, depth: number): Matches {
    if (++this.#count > MAX_CONDITIONS)
      throw badRequest(`where: more than ${MAX_CONDITIONS} conditions`);
    if (depth > MAX_DEPTH) throw badRequest(`where: nested more than ${MAX_DEPTH} deep`);
    const parts = [
      ...this.#combined(condition, type, depth),
      ...this.#aboutField(condition, type, depth),
    ];
    return (value) => parts.every((matches) => matches(value));
  }

  #combined(condition: FieldCondition, type: FieldType | undefined, depth: number): Matches[] {
    const { and, or, not } = condition;
    const below = (one: FieldCondition): Matches => this.compile(one, type, depth + 1);
    const parts = (and ?? []).map(below);
    if (or) {
      const alternatives = or.map(below);
      parts.push((value) => alternatives.some((matches) => matches(value)));
    }
    if (not) {
      const refused = below(not);
      parts.push((value) => !refused(value));
    }
    return parts;
  }

  #aboutField(condition: FieldCondition, type: FieldType | undefined, depth: number): Matches[] {
    const path = condition.path ?? '';
    const compared = toComparisons(condition);
    const elements = this.#aboutElements(condition, typeAt(type, path, this.#lookup), depth);
    const { exists } = condition;
    const says = compared.length + elements.length > 0 || typeof exists === 'boolean';
    if (!says) return [];
    if (path === '' && depth === 0) throw badRequest('path: name a field, as status.phase');
    assertValues(compared, typeAt(type, path, this.#lookup));
    const parts: ((found: readonly unknown[]) => boolean)[] = [
      ...compared.map(({ test }) => test),
      ...elements,
    ];
    if (typeof exists === 'boolean') parts.push((found) => found.length > 0 === exists);
    return [
      (value) => {
        const found = path === '' ? [value] : readPath(value, path);
        return parts.every((holds) => holds(found));
      },
    ];
  }

  #aboutElements(
    { some, every, none }: FieldCondition,
    { path, type }: TypedField,
    depth: number,
  ): ((found: readonly unknown[]) => boolean)[] {
    const below = (condition: FieldCondition): Matches => {
      if (type && type.kind !== 'list') throw badRequest(`where: "${path}" is no list`);
      return this.compile(condition, type?.items, depth + 1);
    };
    const parts: ((elements: readonly unknown[]) => boolean)[] = [];
    if (some) parts.push(quantified(below(some), (elements, matches) => elements.some(matches)));
    if (every) parts.push(quantified(below(every), (elements, matches) => elements.every(matches)));
    if (none) parts.push(quantified(below(none), (elements, matches) => !elements.some(matches)));
    return parts;
  }
}

function quantified(
  matches: Matches,
  holds: (elements: readonly unknown[], matches: Matches) => boolean,
): (found: readonly unknown[]) => boolean {
  return (found) =>
    holds(
      found.flatMap((list) => (Array.isArray(list) ? list : [])),
      matches,
    );
}

interface Comparison {
  readonly name: string;
  readonly wanted: unknown;
  test(found: readonly unknown[]): boolean;
}

function toComparisons(condition: FieldCondition): readonly Comparison[] {
  const compared: Comparison[] = [];
  for (const [name, wanted] of Object.entries(condition)) {
    const compare = COMPARISONS[OPPOSITES[name] ?? name];
    if (!compare || wanted === null || wanted === undefined) continue;
    const isOpposite = name in OPPOSITES;
    const test = (found: readonly unknown[]): boolean =>
      found.some((value) => compare(value, wanted as never)) !== isOpposite;
    compared.push({ name, wanted, test });
  }
  return compared;
}

function assertValues(compared: readonly Comparison[], field: TypedField): void {
  for (const { name, wanted } of compared) {
    // Whole structures may be equal; anything else compares values.
    if (name !== 'equals' && name !== 'notEquals') assertScalar(field, 'where');
    for (const value of Array.isArray(wanted) ? wanted : [wanted]) assertComparable(field, value);
  }
}
