import {
  JSON_PATCH_LIST,
  MUTATED_OBJECT,
  MUTATION_CONSTRUCTORS,
  policyVariables,
  WEBHOOK_VARIABLES,
} from '../../cel/admission-variables.ts';
import {
  type CompiledExpression,
  compileExpression,
  type ExpressionOptions,
} from '../../cel/expression.ts';
import { BOOL, type CelType, DYN, NULL, type ObjectType, STRING } from '../../cel/types.ts';
import { type FieldError, invalid } from '../../field-error.ts';
import type {
  AuditAnnotation,
  MatchCondition,
  Mutation,
  Validation,
  Variable,
} from '../../generated/types/admissionregistration-v1.ts';

/** The parts of a policy, validating or mutating, that hold expressions. */
export interface PolicyExpressions {
  readonly paramKind?: object;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly Variable[];
  readonly validations?: readonly Validation[];
  readonly auditAnnotations?: readonly AuditAnnotation[];
  readonly mutations?: readonly Mutation[];
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: CompiledExpression;
}

export interface CompiledValidation {
  readonly rule: Validation;
  readonly expression: CompiledExpression;
  readonly messageExpression: CompiledExpression | undefined;
}

export interface CompiledMutation {
  readonly patchType: Mutation['patchType'];
  readonly expression: CompiledExpression;
}

export interface CompiledPolicy {
  readonly matchConditions: readonly NamedExpression[];
  readonly variables: readonly NamedExpression[];
  readonly validations: readonly CompiledValidation[];
  readonly auditAnnotations: readonly NamedExpression[];
  readonly mutations: readonly CompiledMutation[];
}

/**
 * Compiles every expression of a policy; `errors` say by path what does not compile and is left out.
 * @param types what is known of the variables that could be anything: `object`, `oldObject`, `params`
 */
export function compilePolicy(
  spec: PolicyExpressions,
  types: Readonly<Record<string, CelType>> = {},
): {
  readonly policy: CompiledPolicy;
  readonly errors: readonly FieldError[];
} {
  const compiler = new PolicyCompiler(spec, types);
  return { policy: compiler.compile(), errors: compiler.errors };
}

class PolicyCompiler {
  readonly errors: FieldError[] = [];
  readonly #spec: PolicyExpressions;
  readonly #types = new Map<string, CelType>();
  readonly #variables: Readonly<Record<string, CelType>>;

  constructor(spec: PolicyExpressions, types: Readonly<Record<string, CelType>>) {
    this.#spec = spec;
    // Each variable sees those before it: the type grows while they are compiled.
    const variables: ObjectType = {
      kind: 'object',
      name: 'kubernetes.variables',
      field: (name) => {
        const type = this.#types.get(name);
        return type && { type, jsonName: name };
      },
    };
    this.#variables = { ...policyVariables(spec.paramKind !== undefined, variables), ...types };
  }

  compile(): CompiledPolicy {
    const spec = this.#spec;
    return {
      // Before there are variables: conditions decide whether any of the rest is asked.
      matchConditions: this.#each(spec.matchConditions, ({ name, expression }, at) =>
        this.#named(`matchConditions[${at}].expression`, name, expression, [BOOL]),
      ),
      variables: this.#each(spec.variables, (variable, at) => this.#variable(variable, at)),
      validations: this.#each(spec.validations, (rule, at) => this.#validation(rule, at)),
      auditAnnotations: this.#each(spec.auditAnnotations, ({ key, valueExpression }, at) =>
        this.#named(`auditAnnotations[${at}].valueExpression`, key, valueExpression, [
          STRING,
          NULL,
        ]),
      ),
      mutations: this.#each(spec.mutations, (mutation, at) => this.#mutation(mutation, at)),
    };
  }

  #each<T, U>(items: readonly T[] = [], compile: (item: T, index: number) => U | undefined): U[] {
    return items.map(compile).filter((compiled) => compiled !== undefined);
  }

  #variable({ name, expression }: Variable, at: number): NamedExpression | undefined {
    const compiled = this.#named(`variables[${at}].expression`, name, expression);
    this.#types.set(name, compiled?.expression.resultType ?? DYN);
    return compiled;
  }

  #named(path: string, name: string, text: string, resultTypes?: readonly CelType[]) {
    const expression = this.#compile(path, text, resultTypes ? { resultTypes } : {});
    return expression && { name, expression };
  }

  #validation(rule: Validation, at: number): CompiledValidation | undefined {
    const path = `validations[${at}]`;
    const expression = this.#compile(`${path}.expression`, rule.expression, {
      resultTypes: [BOOL],
    });
    const messageExpression = rule.messageExpression
      ? this.#compile(`${path}.messageExpression`, rule.messageExpression, {
          resultTypes: [STRING],
        })
      : undefined;
    return expression && { rule, expression, messageExpression };
  }

  #mutation(mutation: Mutation, at: number): CompiledMutation | undefined {
    const { patchType } = mutation;
    const isApply = patchType === 'ApplyConfiguration';
    const part = isApply ? mutation.applyConfiguration : mutation.jsonPatch;
    const name = isApply ? 'applyConfiguration' : 'jsonPatch';
    const expression = this.#compile(
      `mutations[${at}].${name}.expression`,
      part?.expression ?? '',
      {
        resultTypes: [isApply ? MUTATED_OBJECT : JSON_PATCH_LIST],
        constructors: MUTATION_CONSTRUCTORS,
      },
    );
    return expression && { patchType, expression };
  }

  #compile(
    path: string,
    expression: string,
    options: Pick<ExpressionOptions, 'resultTypes' | 'constructors'>,
  ): CompiledExpression | undefined {
    const compiled = compileExpression({ expression, variables: this.#variables, ...options });
    if (!('error' in compiled)) return compiled.expression;
    this.errors.push(invalid(`spec.${path}`, expression, compiled.error));
    return undefined;
  }
}

/** Compiles the match conditions of a webhook, whose fields are at `path`. */
export function compileWebhookConditions(
  conditions: readonly MatchCondition[] = [],
  path: string,
  errors: FieldError[],
): NamedExpression[] {
  return conditions.flatMap(({ name, expression: text }, index) => {
    const compiled = compileExpression({
      expression: text,
      variables: WEBHOOK_VARIABLES,
      resultTypes: [BOOL],
    });
    if (!('error' in compiled)) return [{ name, expression: compiled.expression }];
    errors.push(invalid(`${path}[${index}].expression`, text, compiled.error));
    return [];
  });
}
