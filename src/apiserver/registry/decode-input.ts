import { decodeObject } from '../../scheme/decode.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { WriteScope } from './write-scope.ts';

/** A private copy of what the client sent, in the request's version, with its structure checked. */
export function decodeInput({ resource, options, warn }: WriteScope, input: object): ApiObject {
  const { fieldValidation = 'Strict', problems } = options;
  const { object, warnings } = decodeObject(
    resource.scheme,
    resource.definition,
    withoutManagedFields(input),
    { fieldValidation, problems },
  );
  if (warn) for (const warning of warnings) warn(warning);
  return object;
}

/** Who owns what is settled apart: see `field-managers.ts`. */
function withoutManagedFields(input: object): object {
  const { metadata } = input as Partial<ApiObject>;
  if (typeof metadata !== 'object' || metadata === null || !('managedFields' in metadata)) {
    return input;
  }
  const { managedFields: _, ...rest } = metadata;
  return { ...input, metadata: rest };
}

/**
 * The defaulted object in the storage version. `decoded` is private and may be changed. First come the defaults of the
 * version that the client speaks, then those of the storage version for what the other one does not have.
 */
export function toStored({ resource }: WriteScope, decoded: ApiObject): ApiObject {
  resource.requestStrategy.applyDefaults?.(decoded);
  const stored = resource.toStorage(decoded);
  if (stored !== decoded) resource.strategy.applyDefaults?.(stored);
  return stored;
}
