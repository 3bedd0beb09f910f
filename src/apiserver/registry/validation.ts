import type { ApiError } from '../../scheme/errors.ts';
import { type FieldError, invalidObject } from '../../scheme/field-error.ts';
import { STATUS_METADATA } from '../../scheme/kind-strategy.ts';
import {
  type MetadataRules,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../scheme/metadata-validation.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { assertStorableGrowth, assertStorableSize } from '../object-size.ts';
import type { ServedResource } from './served-resource.ts';
import type { WriteScope } from './write-scope.ts';

/**
 * Judges what any kind must be, before plugins and the kind's own rules work on it: metadata, what is required, closed sets.
 * What is wrong with metadata, and words outside their closed set, are returned, to be told together with what the kind
 * itself finds.
 * @throws {ApiError} Invalid when something is missing, RequestEntityTooLarge
 */
export function preliminaryErrors(
  { resource }: WriteScope,
  object: ApiObject,
  current?: ApiObject,
): FieldError[] {
  assertStorableSize(object);
  const errors = validateObjectMeta(metadataRules(resource), object);
  if (current) errors.push(...validateObjectMetaUpdate(object, current));
  const structural = resource.validateStructure(object);
  errors.push(...structural);
  const isPlaced = !resource.storage.namespaced || object.metadata.namespace;
  if (structural.some(isMissing) || !isPlaced) throw invalid(resource, object, errors);
  return errors;
}

/** The kind's own rules have nothing sound to work on. */
const isMissing = ({ type }: FieldError): boolean => type === 'FieldValueRequired';

/** Judges a new object by its kind's rules. @throws {ApiError} Invalid with every cause */
export function assertValidNew(
  { resource, warn }: WriteScope,
  object: ApiObject,
  errors: FieldError[],
): void {
  const { strategy, requestStrategy } = resource;
  if (strategy.validate) errors.push(...strategy.validate(object));
  errors.push(...(requestStrategy.validateRequest?.(object, undefined) ?? []));
  if (strategy.validateCreate) errors.push(...strategy.validateCreate(object));
  if (errors.length > 0) throw invalid(resource, object, distinct(errors));
  if (warn && strategy.warnings) strategy.warnings(object).forEach(warn);
}

/** Judges the change of an object by its kind's rules. @throws {ApiError} Invalid with every cause */
export function assertValidUpdate(
  { resource, warn }: WriteScope,
  next: ApiObject,
  current: ApiObject,
  errors: FieldError[],
): void {
  const { strategy, requestStrategy } = resource;
  if (strategy.validate) errors.push(...strategy.validate(next));
  errors.push(...(requestStrategy.validateRequest?.(next, current) ?? []));
  if (strategy.validateUpdate) errors.push(...strategy.validateUpdate(next, current));
  if (errors.length > 0) throw invalid(resource, next, distinct(errors));
  if (warn && strategy.warnings) strategy.warnings(next).forEach(warn);
}

/** As {@link assertValidUpdate}, where the door has rules of its own for what may change. `errors` are what they found. */
export function assertValidPart(
  { resource }: WriteScope,
  next: ApiObject,
  errors: FieldError[],
): void {
  if (resource.strategy.validate) errors.push(...resource.strategy.validate(next));
  if (errors.length > 0) throw invalid(resource, next, distinct(errors));
}

/** Judges what a status writer may change. @throws {ApiError} Invalid with every cause */
export function assertValidStatus(
  { resource }: WriteScope,
  next: ApiObject,
  current: ApiObject,
): void {
  assertStorableGrowth(next);
  const errors = resource.validateStatusStructure(next);
  if (STATUS_METADATA.some((key) => next.metadata[key] !== current.metadata[key])) {
    errors.push(...validateObjectMeta(metadataRules(resource), next));
    errors.push(...validateObjectMetaUpdate(next, current));
  }
  const { validateStatusUpdate } = resource.strategy;
  if (errors.length === 0 && validateStatusUpdate)
    errors.push(...validateStatusUpdate(next, current));
  if (errors.length > 0) throw invalid(resource, next, errors);
}

/** A word outside its closed set may be found by the structure and by the kind's own rule: it is told once. */
function distinct(errors: readonly FieldError[]): readonly FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ type, field, value }) => {
    if (type !== 'FieldValueNotSupported') return true;
    const key = JSON.stringify([field, value]);
    return !seen.has(key) && seen.add(key);
  });
}

function metadataRules({ storage, strategy }: ServedResource): MetadataRules {
  return { namespaced: storage.namespaced, nameRule: strategy.nameRule };
}

function invalid(
  { definition }: ServedResource,
  object: ApiObject,
  errors: readonly FieldError[],
): ApiError {
  const { group, kind } = definition;
  return invalidObject({ group, kind, name: object.metadata.name ?? '' }, errors);
}
