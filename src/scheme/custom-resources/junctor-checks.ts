/** Checks of what schemas say together: `allOf`, `anyOf`, `oneOf`, `not`. */
import type { FieldError } from '../field-error.ts';
import { breaksSchema, type Check, type Site } from './check.ts';
import type { OpenApiSchema } from './open-api-schema.ts';
import type { Compile } from './structure-checks.ts';

const PASSES: Check = () => undefined;

export function* junctorChecks(schema: OpenApiSchema, compile: Compile): Iterable<Check> {
  const compileAll = (schemas: readonly OpenApiSchema[]): Check[] =>
    schemas.map((member) => compile(member) ?? PASSES);
  if (schema.allOf?.length) yield allOf(compileAll(schema.allOf));
  if (schema.anyOf?.length) yield anyOf(compileAll(schema.anyOf));
  if (schema.oneOf?.length) yield oneOf(compileAll(schema.oneOf));
  if (schema.not) yield not(compile(schema.not) ?? PASSES);
}

function outcome(check: Check, site: Site): FieldError[] {
  const errors: FieldError[] = [];
  check(site, errors);
  return errors;
}

function allOf(checks: readonly Check[]): Check {
  return (site, errors) => {
    const failures = checks.map((check) => outcome(check, site)).filter(({ length }) => length > 0);
    if (failures.length === 0) return;
    const none = failures.length === checks.length ? '. None validated' : '';
    errors.push(
      ...failures.flat(),
      breaksSchema(site, `must validate all the schemas (allOf)${none}`),
    );
  };
}

/** Of the branches that fail, the one that came closest says why. */
function anyOf(checks: readonly Check[]): Check {
  return (site, errors) => {
    const failures: FieldError[][] = [];
    for (const check of checks) {
      const failure = outcome(check, site);
      if (failure.length === 0) return;
      failures.push(failure);
    }
    const rule = 'must validate at least one schema (anyOf)';
    errors.push(breaksSchema(site, rule), ...closest(failures));
  };
}

function oneOf(checks: readonly Check[]): Check {
  return (site, errors) => {
    const failures = checks.map((check) => outcome(check, site)).filter(({ length }) => length > 0);
    const valid = checks.length - failures.length;
    if (valid === 1) return;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    errors.push(breaksSchema(site, `must validate one and only one schema (oneOf). ${found}`));
    if (valid === 0) errors.push(...closest(failures));
  };
}

function not(check: Check): Check {
  return (site, errors) => {
    if (outcome(check, site).length > 0) return;
    errors.push(breaksSchema(site, 'must not validate the schema (not)'));
  };
}

function closest(failures: readonly FieldError[][]): readonly FieldError[] {
  return failures.reduce((best, failure) => (failure.length < best.length ? failure : best));
}
