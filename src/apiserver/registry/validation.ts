import type { ApiError } from '../../scheme/errors.ts';
import { type FieldError, invalidObject } from '../../scheme/field-error.ts';
import {
  type MetadataRules,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../scheme/metadata-validation.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ServedResource } from './served-resource.ts';
import type { WriteScope } from './write-scope.ts';

/** Judges a new object, all of it. @throws {ApiError} Invalid with every cause */
export function assertValidNew({ resource, warn }: WriteScope, object: ApiObject): void {
  const { strategy } = resource;
  const errors = validateObjectMeta(metadataRules(resource), object);
  const structural = resource.validateStructure(object);
  // Where something is missing or outside its set, the kind's own rules have nothing sound to work on.
  if (structural.length > 0) errors.push(...structural);
  else {
    if (strategy.validate) errors.push(...strategy.validate(object));
    if (strategy.validateCreate) errors.push(...strategy.validateCreate(object));
  }
  if (errors.length > 0) throw invalid(resource, object, errors);
  if (warn && strategy.warnings) strategy.warnings(object).forEach(warn);
}

/** Judges the change of an object through its main resource. @throws {ApiError} Invalid with every cause */
export function assertValidUpdate(
  { resource, warn }: WriteScope,
  next: ApiObject,
  current: ApiObject,
): void {
  const { strategy } = resource;
  const errors = validateObjectMeta(metadataRules(resource), next);
  errors.push(...validateObjectMetaUpdate(next, current));
  const structural = resource.validateStructure(next);
  if (structural.length > 0) errors.push(...structural);
  else {
    if (strategy.validate) errors.push(...strategy.validate(next));
    if (strategy.validateUpdate) errors.push(...strategy.validateUpdate(next, current));
  }
  if (errors.length > 0) throw invalid(resource, next, errors);
  if (warn && strategy.warnings) strategy.warnings(next).forEach(warn);
}

/** Judges what a status writer may change. @throws {ApiError} Invalid with every cause */
export function assertValidStatus(
  { resource }: WriteScope,
  next: ApiObject,
  current: ApiObject,
): void {
  const errors: FieldError[] = resource.validateStructure(next);
  const { annotations, finalizers } = current.metadata;
  if (next.metadata.annotations !== annotations || next.metadata.finalizers !== finalizers) {
    errors.push(...validateObjectMeta(metadataRules(resource), next));
    errors.push(...validateObjectMetaUpdate(next, current));
  }
  const { validateStatusUpdate } = resource.strategy;
  if (errors.length === 0 && validateStatusUpdate)
    errors.push(...validateStatusUpdate(next, current));
  if (errors.length > 0) throw invalid(resource, next, errors);
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
