/** The simple paths that scale subresources and selectable fields are given: `.spec.replicas`. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import { type OpenApiSchema, propertyOf, valuesOf } from '../open-api-schema.ts';

/** Judges a path in dot notation. Says whether it is one. */
export function checkSimplePath(text: string, path: string, errors: FieldError[]): boolean {
  const problem = simplePathProblem(text);
  if (problem) errors.push(invalid(path, text, problem));
  return problem === undefined;
}

function simplePathProblem(text: string): string | undefined {
  if (!text.startsWith('.')) return 'must be a simple json path starting with .';
  const steps = text.slice(1).split('.');
  if (text !== '.' && steps.every(isStep)) return undefined;
  return 'must be a json path in the dot notation';
}

const isStep = (step: string): boolean => step !== '' && !/[[\]{}()*'"\s]/.test(step);

/** Judges a path that must be there and lead below one of `roots`: `spec`. */
export function checkPathBelow(
  text: string | undefined,
  roots: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  if (!text) {
    errors.push(required(path));
    return;
  }
  if (!checkSimplePath(text, path, errors)) return;
  if (roots.some((root) => text.startsWith(`.${root}.`))) return;
  const where = roots.map((root) => `.${root}`).join(' or ');
  const either = roots.length > 1 ? 'either ' : '';
  errors.push(invalid(path, text, `should be a json path under ${either}${where}`));
}

/** The schema of the field that a simple path leads to; undefined where none is declared. */
export function schemaAt(schema: OpenApiSchema, text: string): OpenApiSchema | undefined {
  return text
    .slice(1)
    .split('.')
    .reduce<OpenApiSchema | undefined>(
      (at, step) => at && (propertyOf(at, step) ?? valuesOf(at)),
      schema,
    );
}
