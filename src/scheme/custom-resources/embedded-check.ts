/** An object inside of an object says what it is, and has metadata as objects have. */
import { type FieldError, invalid, required } from '../field-error.ts';
import { validateObjectMeta } from '../metadata-validation.ts';
import { dns1035LabelProblems } from '../names.ts';
import type { ObjectMeta } from '../object.ts';
import { childPath } from './field-path.ts';
import { isJsonObject, type JsonObject } from './open-api-schema.ts';

/** Judges what every object has of an object that is embedded at `path`. */
export function checkEmbedded(object: JsonObject, path: string, errors: FieldError[]): void {
  checkText(object, 'apiVersion', path, errors, apiVersionProblem);
  checkText(object, 'kind', path, errors, kindProblem);
  if (object.metadata === undefined || object.metadata === null) return;
  const at = childPath(path, 'metadata');
  const problem = shapeProblem(object.metadata);
  if (problem) errors.push(invalid(at, object.metadata, problem));
  else errors.push(...metadataErrors(object.metadata as ObjectMeta, at));
}

function checkText(
  object: JsonObject,
  name: string,
  path: string,
  errors: FieldError[],
  problemOf: (text: string) => string | undefined,
): void {
  const value = object[name];
  const at = childPath(path, name);
  if (value === undefined || value === '') errors.push(required(at));
  else if (typeof value !== 'string') errors.push(invalid(at, value, 'must be a string'));
  else {
    const problem = problemOf(value);
    if (problem) errors.push(invalid(at, value, problem));
  }
}

function apiVersionProblem(text: string): string | undefined {
  return text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined;
}

function kindProblem(text: string): string | undefined {
  const problems = dns1035LabelProblems(text.toLowerCase());
  if (problems.length === 0) return undefined;
  return `may have mixed case, but should otherwise match: ${problems.join(',')}`;
}

/** A name is not needed: what is embedded may get one when it becomes an object. */
function metadataErrors(metadata: ObjectMeta, path: string): readonly FieldError[] {
  const named = metadata.name ? metadata : { ...metadata, name: 'unnamed' };
  const rules = { namespaced: Boolean(metadata.namespace), nameRule: 'path-segment' } as const;
  return validateObjectMeta(rules, { metadata: named }).map((error) => ({
    ...error,
    field: error.field.replace(/^metadata/, path),
  }));
}

type Shape = (value: unknown) => boolean;

const isText: Shape = (value) => typeof value === 'string';
const isTextMap: Shape = (value) => isJsonObject(value) && Object.values(value).every(isText);
const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);

/** The members of metadata that may be given, with what they have to be. */
const SHAPES: ReadonlyMap<string, readonly [Shape, string]> = new Map<
  string,
  readonly [Shape, string]
>([
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion'].map(
    (name) => [name, [isText, 'string']] as const,
  ),
  ['generation', [Number.isInteger as Shape, 'int64']],
  ['labels', [isTextMap, 'map[string]string']],
  ['annotations', [isTextMap, 'map[string]string']],
  ['finalizers', [listOf(isText), '[]string']],
  ['ownerReferences', [listOf(isJsonObject), '[]v1.OwnerReference']],
]);

/** Why a value cannot be metadata, in the words in which Kubernetes' decoder says it. */
function shapeProblem(metadata: unknown): string | undefined {
  if (!isJsonObject(metadata)) return 'json: cannot unmarshal value of type v1.ObjectMeta';
  for (const [name, value] of Object.entries(metadata)) {
    const [shape, type] = SHAPES.get(name) ?? [];
    if (!shape || value === null || shape(value)) continue;
    return `json: cannot unmarshal Go struct field ObjectMeta.${name} of type ${type}`;
  }
  return undefined;
}
