import type { FieldError } from '../field-error.ts';
import type { ApiObject } from '../object.ts';
import type { Check } from './check.ts';
import { compileSchema } from './compile-schema.ts';
import type { OpenApiSchema } from './open-api-schema.ts';
import { evaluateRules } from './rules/evaluate-rules.ts';
import { buildRuleTree, type RuleNode } from './rules/rule-tree.ts';

/** Judges a whole object. @param current The object before an update: what is as it was is not judged anew */
export type ObjectValidator = (next: ApiObject, current?: ApiObject) => FieldError[];

interface Compiled {
  readonly check: Check | undefined;
  readonly rules: RuleNode | undefined;
}

/** The validator of a root schema. It is compiled when the first object comes: many definitions are never used. */
export function objectValidator(schema: OpenApiSchema): ObjectValidator {
  let compiled: Compiled | undefined;
  return (next, current) => {
    compiled ??= { check: compileSchema(schema), rules: buildRuleTree(schema) };
    const { check, rules } = compiled;
    const site = { value: next, old: current, path: '' };
    const errors: FieldError[] = [];
    check?.(site, errors);
    if (!rules) return errors;
    if (errors.some(isBlocking)) return [...errors, RULES_NOT_CHECKED];
    return [...errors, ...evaluateRules(rules, site)];
  };
}

/** After these a rule may meet what its schema has ruled out. */
const BLOCKING: ReadonlySet<FieldError['type']> = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const isBlocking = ({ type }: FieldError): boolean => BLOCKING.has(type);

const RULES_NOT_CHECKED: FieldError = {
  type: 'FieldValueInvalid',
  field: '<nil>',
  value: null,
  detail:
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};
