/** What the rules of a schema may cost: an object that the schema allows must not keep the server busy for long. */
import type { CelSchema } from '../../cel/cel-schema.ts';
import { MAX_REQUEST_BYTES, minSerializedSize } from '../../cel/schema-sizes.ts';
import { type FieldError, forbiddenField } from '../../field-error.ts';
import type { OpenApiSchema } from '../open-api-schema.ts';

/** What one rule may cost at most on one object, in units. */
export const RULE_COST_LIMIT = 10_000_000;
/** What all rules of a schema may cost at most on one object, in units. */
export const SCHEMA_COST_LIMIT = 100_000_000;

/** Rules below a hundredth of the limit are not what made a schema too expensive. */
const NOTEWORTHY_COST = SCHEMA_COST_LIMIT / 100;
const MAX_NAMED = 4;
/** Beyond this the number says nothing: loops within loops over what has no limit. */
const MAX_SHOWN_FACTOR = 100;
/** Below this one digit would round to no excess at all. */
const MIN_ROUNDED_FACTOR = 1.5;

interface ObservedCost {
  readonly path: string;
  readonly cost: number;
}

/** Adds up the estimates of a schema's rules, and refuses those that are too high. */
export class RuleCosts {
  readonly #observed: ObservedCost[] = [];
  readonly #errors: FieldError[];

  constructor(errors: FieldError[]) {
    this.#errors = errors;
  }

  /** @param name What costs it, in Kubernetes' words */
  observe(path: string, name: string, cost: number): void {
    if (cost > RULE_COST_LIMIT) {
      this.#errors.push(forbiddenField(path, excess(name, cost, RULE_COST_LIMIT)));
    }
    this.#observed.push({ path, cost });
  }

  /** Refuses the schema at `path` when its rules are too expensive together, and names those that are the most. */
  judgeTotal(path: string): void {
    const total = this.#observed.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= SCHEMA_COST_LIMIT) return;
    const noteworthy = this.#observed.filter(({ cost }) => cost >= NOTEWORTHY_COST);
    const named = noteworthy.toSorted((a, b) => b.cost - a.cost).slice(0, MAX_NAMED);
    for (const rule of named) {
      const detail =
        'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
      this.#errors.push(forbiddenField(rule.path, detail));
    }
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    this.#errors.push(forbiddenField(path, excess(name, total, SCHEMA_COST_LIMIT)));
  }
}

function excess(name: string, cost: number, limit: number): string {
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${name} exceeds budget by factor of ${factorOf(cost / limit)} (${advice})`;
}

function factorOf(factor: number): string {
  if (factor > MAX_SHOWN_FACTOR) return `more than ${MAX_SHOWN_FACTOR}x`;
  return `${factor.toFixed(factor < MIN_ROUNDED_FACTOR ? 6 : 1)}x`;
}

/** How many values an object may have for one schema inside of another; undefined where only its size limits them. */
export type Cardinality = number | undefined;

/** How often a rule of `schema` may run on one object. */
export function maxRuns(schema: OpenApiSchema, cardinality: Cardinality): number {
  return (
    cardinality ?? Math.floor(MAX_REQUEST_BYTES / (minSerializedSize(schema as CelSchema) + 1))
  );
}

/** Of what is directly inside of `schema`. */
export function cardinalityInside(schema: OpenApiSchema, cardinality: Cardinality): Cardinality {
  const limit = maxInside(schema);
  if (cardinality === undefined || limit === undefined) return undefined;
  return cardinality * Math.max(limit, 0);
}

function maxInside({ type, additionalProperties, maxProperties, maxItems }: OpenApiSchema) {
  if (type === 'array') return maxItems;
  return type === 'object' && additionalProperties !== undefined ? maxProperties : 1;
}
