import type { ApiObject } from '../../../scheme/object.ts';

/**
 * Gives an object that was just parsed, and is still ours alone, its version, which its text does not hold.
 */
export function withVersion(object: ApiObject, version: string): ApiObject {
  object.metadata.resourceVersion = version;
  return object;
}
