import type { CostBudget } from '../../cel/cost.ts';
import { CelCostError, CelEvaluationError } from '../../cel/errors.ts';
import { fromJson } from '../../cel/json.ts';
import { CelOptional } from '../../cel/values.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
} from '../../field-error.ts';
import type { Site } from '../check.ts';
import type { CompiledRule } from './compile-rule.ts';

const MAX_MESSAGE_LENGTH = 5_120;

/** The variables of a rule at a site. */
export function bindingsOf({ definition, type }: CompiledRule, { value, old }: Site) {
  if (!definition.optionalOldSelf) return { self: value, oldSelf: old };
  const oldSelf = old === undefined ? CelOptional.NONE : new CelOptional(fromJson(old, type));
  return { self: value, oldSelf };
}

/** A rule that does not hold at a site, in the words that its definition chose. */
export class RuleFailure {
  readonly path: string;
  /** What Kubernetes shows in place of the value, which may be large. */
  readonly shownType: string;
  readonly #rule: CompiledRule;
  readonly #site: Site;
  readonly #budget: CostBudget;

  constructor(rule: CompiledRule, site: Site, shownType: string, budget: CostBudget) {
    this.#rule = rule;
    this.#site = site;
    this.#budget = budget;
    this.shownType = shownType;
    // Kubernetes has no name for the place of a whole object.
    this.path = site.path + fieldPathOf(rule, site.path) || '<nil>';
  }

  toError(): FieldError {
    const message = this.#message();
    switch (this.#rule.definition.reason) {
      case 'FieldValueRequired':
        return required(this.path, message);
      case 'FieldValueForbidden':
        return forbiddenField(this.path, message);
      case 'FieldValueDuplicate':
        return duplicate(this.path, this.shownType);
      default:
        return invalid(this.path, this.shownType, message);
    }
  }

  /** The rule could not be decided. */
  ofEvaluation(thrown: CelCostError | CelEvaluationError): FieldError {
    const { message, rule } = this.#rule.definition;
    const what = (message || rule).trim();
    const detail =
      thrown instanceof CelCostError
        ? `'${thrown.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${what}`
        : thrown.message.startsWith('no such overload')
          ? `'${thrown.message}': call arguments did not match a supported operator, function or macro signature for rule: ${what}`
          : `${thrown.message} evaluating rule: ${what}`;
    return invalid(this.#site.path || '<nil>', this.shownType, detail);
  }

  #message(): string {
    const { message, rule } = this.#rule.definition;
    return this.#computedMessage() || message?.trim() || `failed rule: ${rule.trim()}`;
  }

  /** A message that cannot be computed, or cannot be shown, gives way to the fixed one. */
  #computedMessage(): string | undefined {
    const { message } = this.#rule;
    if (!message) return undefined;
    try {
      const bindings = bindingsOf(this.#rule, this.#site);
      const { value } = message.evaluate(bindings, { budget: this.#budget });
      const text = typeof value === 'string' ? value.trim() : '';
      return text.includes('\n') || text.length > MAX_MESSAGE_LENGTH ? undefined : text;
    } catch (thrown) {
      if (thrown instanceof CelEvaluationError || thrown instanceof CelCostError) return undefined;
      throw thrown;
    }
  }
}

/** At the root of an object a path begins without a dot. */
function fieldPathOf({ definition: { fieldPath = '' } }: CompiledRule, parent: string): string {
  return parent === '' ? fieldPath.replace(/^\./, '') : fieldPath;
}
