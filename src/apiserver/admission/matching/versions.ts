import { cloneJson } from '../../../lib/deep-equal.ts';
import { fromStorage, toStorage } from '../../../scheme/conversion/convert.ts';
import { decodeObject, type FieldValidation } from '../../../scheme/decode.ts';
import { badRequest } from '../../../scheme/errors.ts';
import { type ApiObject, toApiVersion } from '../../../scheme/object.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** The request's objects in the version that a rule names. */
export interface VersionedObjects {
  readonly definition: ResourceDefinition;
  /** Null for DELETE. */
  readonly object: ApiObject | null;
  /** Null for CREATE and CONNECT. */
  readonly oldObject: ApiObject | null;
}

export function versionedObjects(
  request: AdmissionRequest,
  definition: ResourceDefinition,
): VersionedObjects {
  const { operation, object, current } = request;
  const isDeletion = operation === 'DELETE';
  const before = isDeletion ? object : current;
  return {
    definition,
    object: isDeletion ? null : inVersion(request, definition, withoutManagers(object)),
    oldObject: before ? inVersion(request, definition, withoutManagers(before)) : null,
  };
}

/** Who owns which field is the server's own knowledge, kept in a form of its own: rules neither see nor change it. */
function withoutManagers(object: ApiObject): ApiObject {
  if (!object.metadata?.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function keepManagers(changed: ApiObject, { metadata }: ApiObject): void {
  if (metadata.managedFields) changed.metadata.managedFields = metadata.managedFields;
  else delete changed.metadata.managedFields;
}

/** Whether what travels is the resource's own kind: a Scale or a Binding is what it is in every version. */
function isOwnKind({ kind, resource }: AdmissionRequest): boolean {
  return kind === resource.kind;
}

function inVersion(
  request: AdmissionRequest,
  definition: ResourceDefinition,
  object: ApiObject,
): ApiObject {
  if (definition === request.resource || !isOwnKind(request)) return object;
  const { group, version, kind } = definition;
  if (definition.served !== undefined) {
    return { ...object, apiVersion: toApiVersion(group, version), kind };
  }
  // The object may yet be changed in place: what is remembered of stored objects must not be remembered of it.
  return fromStorage(request.state.scheme, definition, { ...object });
}

/**
 * What became of the object in the version of `definition`, as the request holds it: checked, defaulted, and private.
 * @param fieldValidation what happens with fields that the type does not know
 * @throws {ApiError} BadRequest for what is no such object any more, or another one
 */
export function fromVersion(
  request: AdmissionRequest,
  definition: ResourceDefinition,
  changed: object,
  fieldValidation: FieldValidation,
): ApiObject {
  const { resource, state } = request;
  if (!isOwnKind(request)) return cloneJson(changed) as ApiObject;
  const { object } = decodeObject(state.scheme, definition, changed, { fieldValidation });
  assertSameObject(request, object);
  keepManagers(object, request.object);
  state.scheme.strategy(definition).applyDefaults?.(object);
  if (definition === resource) return object;
  if (definition.served === undefined) return toStorage(state.scheme, definition, object);
  return { ...object, apiVersion: toApiVersion(resource.group, resource.version) };
}

/** Whoever made the request was authorized for this object, and no other. */
function assertSameObject({ object: { metadata } }: AdmissionRequest, changed: ApiObject): void {
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (changed.metadata[field] === metadata[field]) continue;
    throw badRequest(`metadata.${field} of the object was changed by admission, which must not be`);
  }
}
