import type { ApiObject } from '../object.ts';

/**
 * One version's pair of functions. Both leave their argument alone and share with the result what is the same;
 * apiVersion and kind are set by the caller.
 */
export interface Conversion {
  toStorage(object: ApiObject): ApiObject;
  fromStorage(stored: ApiObject): ApiObject;
}
