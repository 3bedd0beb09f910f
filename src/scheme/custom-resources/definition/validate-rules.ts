/** The rules that a schema gives in CEL: whether they can be read, and where they may look back. */
import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type { ValidationRule } from '../../generated/types/apiextensions-v1.ts';
import { itemsOf, type OpenApiSchema, propertyOf, valuesOf } from '../open-api-schema.ts';
import { type CompiledRule, compileRule, isCompiled, selfTypeOf } from '../rules/compile-rule.ts';
import { type Cardinality, cardinalityInside, maxRuns, RuleCosts } from './rule-costs.ts';

const MAX_MESSAGE_LENGTH = 2_048;

/** Judges the rules of a root schema and of everything in it. */
export function validateRules(schema: OpenApiSchema, path: string, errors: FieldError[]): void {
  const costs = new RuleCosts(errors);
  new RuleJudge(errors, costs).node(schema, path, { isRoot: true, cardinality: 1 });
  costs.judgeTotal(path);
}

interface Place {
  readonly isRoot?: boolean;
  /** The list above in which nothing finds an entry again after an update. */
  readonly uncorrelatable?: string | undefined;
  readonly cardinality: Cardinality;
}

class RuleJudge {
  readonly #errors: FieldError[];
  readonly #costs: RuleCosts;

  constructor(errors: FieldError[], costs: RuleCosts) {
    this.#errors = errors;
    this.#costs = costs;
  }

  node(schema: OpenApiSchema, path: string, place: Place): void {
    schema['x-kubernetes-validations']?.forEach((rule, i) => {
      this.#rule(rule, schema, `${path}.x-kubernetes-validations[${i}]`, place);
    });
    const { uncorrelatable } = place;
    const cardinality = cardinalityInside(schema, place.cardinality);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      this.node(property, `${path}.properties[${name}]`, { uncorrelatable, cardinality });
    }
    const values = valuesOf(schema);
    if (values) this.node(values, `${path}.additionalProperties`, { uncorrelatable, cardinality });
    const items = itemsOf(schema);
    if (!items) return;
    const isMap = schema['x-kubernetes-list-type'] === 'map';
    this.node(items, `${path}.items`, {
      cardinality,
      uncorrelatable: uncorrelatable ?? (isMap ? undefined : path),
    });
  }

  #rule(rule: ValidationRule, schema: OpenApiSchema, path: string, place: Place): void {
    this.#texts(rule, path);
    if (rule.fieldPath !== undefined && !leadsSomewhere(schema, rule.fieldPath)) {
      const detail = 'fieldPath must be a valid path';
      this.#errors.push(invalid(`${path}.fieldPath`, rule.fieldPath, detail));
    }
    if (!rule.rule.trim()) return;
    const compiled = compileRule(rule, selfTypeOf(schema, place.isRoot ?? false));
    if (!isCompiled(compiled)) {
      for (const { member, error } of compiled) {
        this.#errors.push(invalid(`${path}.${member}`, rule[member], error));
      }
      return;
    }
    this.#cost(compiled, path, maxRuns(schema, place.cardinality));
    if (compiled.isTransition && place.uncorrelatable) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      this.#errors.push(invalid(`${path}.rule`, rule.rule, detail));
    } else if (!compiled.isTransition && rule.optionalOldSelf !== undefined) {
      const detail = 'optionalOldSelf may only be set if rule uses oldSelf';
      this.#errors.push(forbiddenField(`${path}.optionalOldSelf`, detail));
    }
  }

  #cost({ expression, message }: CompiledRule, path: string, runs: number): void {
    this.#costs.observe(`${path}.rule`, 'estimated rule cost', expression.estimatedCost * runs);
    if (!message) return;
    const name = 'estimated messageExpression cost';
    this.#costs.observe(`${path}.messageExpression`, name, message.estimatedCost);
  }

  #texts({ rule, message }: ValidationRule, path: string): void {
    const isLong = /\n/.test(rule.trim());
    if (!rule.trim()) this.#errors.push(required(`${path}.rule`, 'rule is not specified'));
    if (message === undefined) {
      if (!isLong) return;
      const detail = 'message must be specified if rule contains line breaks';
      this.#errors.push(required(`${path}.message`, detail));
      return;
    }
    const problem = messageProblem(message);
    if (problem) this.#errors.push(invalid(`${path}.message`, message, problem));
  }
}

function messageProblem(message: string): string | undefined {
  if (!message.trim()) return 'message must be non-empty if specified';
  if (message.includes('\n')) return 'message must not contain line breaks';
  return message.length > MAX_MESSAGE_LENGTH
    ? `message must have a maximum length of ${MAX_MESSAGE_LENGTH} characters`
    : undefined;
}

const FIELD_STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]/y;

/** Whether a field path, `.spec.a['b']`, leads to a field that `schema` declares. */
function leadsSomewhere(schema: OpenApiSchema, fieldPath: string): boolean {
  let at: OpenApiSchema | undefined = schema;
  FIELD_STEP.lastIndex = 0;
  while (at && FIELD_STEP.lastIndex < fieldPath.length) {
    const match = FIELD_STEP.exec(fieldPath);
    if (!match) return false;
    const name = match[1] ?? match[2]?.replace(/\\(.)/g, '$1') ?? '';
    at = propertyOf(at, name) ?? valuesOf(at);
  }
  return at !== undefined && fieldPath !== '';
}
