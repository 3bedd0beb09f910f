import { duplicate, type FieldError, invalid, required, tooMany } from '../../field-error.ts';
import type { MatchCondition } from '../../generated/types/admissionregistration-v1.ts';
import { qualifiedNameProblems } from '../../names.ts';

const MAX_MATCH_CONDITIONS = 64;

/** Judges names and numbers; whether the expressions compile is judged where they are compiled. */
export function validateMatchConditions(
  conditions: readonly MatchCondition[] = [],
  path: string,
  errors: FieldError[],
): void {
  if (conditions.length > MAX_MATCH_CONDITIONS) {
    errors.push(tooMany(path, conditions.length, MAX_MATCH_CONDITIONS));
  }
  const names = new Set<string>();
  for (const [index, { name, expression }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (!expression?.trim()) errors.push(required(`${at}.expression`));
    if (!name) {
      errors.push(required(`${at}.name`));
      continue;
    }
    for (const problem of qualifiedNameProblems(name)) {
      errors.push(invalid(`${at}.name`, name, problem));
    }
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
}
