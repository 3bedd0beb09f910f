import { decodeKind } from '../../scheme/decode.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { DEFAULT_NAMESPACE } from '../schema/arguments.ts';

/** An object in JSON with the definition that its apiVersion and kind name, in a namespace if it needs one. */
export function readTypedObject(
  scheme: Scheme,
  json: unknown,
): { definition: ResourceDefinition; object: ApiObject } {
  const definition = decodeKind(scheme, json);
  const object = json as ApiObject;
  if (typeof object.metadata !== 'object' || object.metadata === null) {
    throw badRequest(`${definition.kind}: metadata is missing`);
  }
  if (!definition.namespaced || object.metadata.namespace) return { definition, object };
  return {
    definition,
    object: { ...object, metadata: { ...object.metadata, namespace: DEFAULT_NAMESPACE } },
  };
}
