/** Runs the rules of a schema on an object, within a budget. */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { CostBudget, EXPRESSION_COST_LIMIT } from '../../cel/cost.ts';
import { CelCostError, CelEvaluationError } from '../../cel/errors.ts';
import { type FieldError, invalid } from '../../field-error.ts';
import type { Site } from '../check.ts';
import { childPath } from '../field-path.ts';
import { isJsonObject, propertyOf } from '../open-api-schema.ts';
import type { CompiledRule } from './compile-rule.ts';
import { bindingsOf, RuleFailure } from './rule-failure.ts';
import type { RuleNode } from './rule-tree.ts';

const OUT_OF_BUDGET =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** What is wrong with the object at `site` by its rules. */
export function evaluateRules(tree: RuleNode, site: Site): FieldError[] {
  const evaluation = new Evaluation();
  evaluation.node(tree, site);
  return evaluation.errors;
}

class Evaluation {
  readonly errors: FieldError[] = [];
  readonly #budget = new CostBudget();
  #isOver = false;

  node(node: RuleNode, site: Site): void {
    if (this.#isOver || site.value === null || site.value === undefined) return;
    const isUnchanged = site.old !== undefined && deepEqual(site.value, site.old);
    for (const rule of node.rules) this.#rule(rule, node, site, isUnchanged);
    if (Array.isArray(site.value)) this.#items(node, site.value, site);
    else if (isJsonObject(site.value)) this.#members(node, site);
  }

  #rule(rule: CompiledRule, node: RuleNode, site: Site, isUnchanged: boolean): void {
    if (this.#isOver || !applies(rule, site, isUnchanged)) return;
    const failure = new RuleFailure(rule, site, node.schema.type ?? '', this.#budget);
    const costLimit = this.#budget.next;
    try {
      const { value } = rule.expression.evaluate(bindingsOf(rule, site), { budget: this.#budget });
      if (value !== true) this.errors.push(failure.toError());
    } catch (thrown) {
      this.errors.push(this.#undecided(failure, thrown, costLimit));
    }
  }

  #undecided(failure: RuleFailure, thrown: unknown, costLimit: number): FieldError {
    if (thrown instanceof CelEvaluationError) return failure.ofEvaluation(thrown);
    if (!(thrown instanceof CelCostError)) throw thrown;
    this.#isOver = true;
    if (costLimit >= EXPRESSION_COST_LIMIT) return failure.ofEvaluation(thrown);
    return invalid(failure.path, failure.shownType, OUT_OF_BUDGET);
  }

  #items({ items, keyOf }: RuleNode, list: readonly unknown[], { old, path }: Site): void {
    if (!items) return;
    const before = new Map<string | undefined, unknown>();
    if (keyOf && Array.isArray(old)) for (const entry of old) before.set(keyOf(entry), entry);
    for (let i = 0; i < list.length && !this.#isOver; i++) {
      const was = keyOf ? before.get(keyOf(list[i])) : undefined;
      this.node(items, { value: list[i], old: was, path: childPath(path, i) });
    }
  }

  #members(node: RuleNode, { value, old, path }: Site): void {
    const members = value as Readonly<Record<string, unknown>>;
    const before = isJsonObject(old) ? old : {};
    for (const name of Object.keys(members)) {
      const child =
        node.properties.get(name) ?? (propertyOf(node.schema, name) ? undefined : node.values);
      if (!child) continue;
      const was = Object.hasOwn(before, name) ? before[name] : undefined;
      this.node(child, { value: members[name], old: was, path: childPath(path, name) });
    }
  }
}

/** Rules about changes need a before; all others pass over what an update left as it was. */
function applies({ isTransition, definition }: CompiledRule, { old }: Site, isUnchanged: boolean) {
  if (!isTransition) return !isUnchanged;
  return old !== undefined || definition.optionalOldSelf === true;
}
