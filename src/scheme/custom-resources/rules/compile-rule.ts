import type { CelSchema } from '../../cel/cel-schema.ts';
import { type CompiledExpression, compileExpression } from '../../cel/expression.ts';
import { celTypeOfSchema } from '../../cel/schema-types.ts';
import { BOOL, type CelType, optionalOf, STRING } from '../../cel/types.ts';
import type { ValidationRule } from '../../generated/types/apiextensions-v1.ts';
import type { OpenApiSchema } from '../open-api-schema.ts';

/** A rule of a schema, ready to run. */
export interface CompiledRule {
  readonly definition: ValidationRule;
  readonly expression: CompiledExpression;
  readonly message: CompiledExpression | undefined;
  /** Of `self`. */
  readonly type: CelType;
  /** Whether it compares with what was before: it runs on updates alone, unless the old value may be missing. */
  readonly isTransition: boolean;
}

/** What is wrong with a rule, by its member. */
export interface RuleProblem {
  readonly member: 'rule' | 'messageExpression';
  readonly error: string;
}

/** The type that a rule of `schema` sees as `self`. @param isRoot Whether it is that of the whole object */
export function selfTypeOf(schema: OpenApiSchema, isRoot: boolean): CelType {
  return celTypeOfSchema(schema as CelSchema, 'object', isRoot);
}

/** Compiles a rule, or says why it cannot be. */
export function compileRule(
  definition: ValidationRule,
  type: CelType,
): CompiledRule | readonly RuleProblem[] {
  const variables = { self: type, oldSelf: definition.optionalOldSelf ? optionalOf(type) : type };
  const rule = compileExpression({
    expression: definition.rule,
    variables,
    resultTypes: [BOOL],
    root: type,
  });
  const message = definition.messageExpression
    ? compileExpression({
        expression: definition.messageExpression,
        variables,
        resultTypes: [STRING],
        root: type,
      })
    : undefined;
  const problems: RuleProblem[] = [];
  if ('error' in rule) problems.push({ member: 'rule', error: rule.error });
  if (message && 'error' in message) {
    problems.push({ member: 'messageExpression', error: message.error });
  }
  if ('error' in rule || (message && 'error' in message)) return problems;
  return {
    definition,
    expression: rule.expression,
    message: message?.expression,
    type,
    isTransition: rule.expression.references.has('oldSelf'),
  };
}

export function isCompiled(rule: CompiledRule | readonly RuleProblem[]): rule is CompiledRule {
  return !Array.isArray(rule);
}
