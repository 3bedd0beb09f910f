import type { ApiObject } from '../../../scheme/object.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import type { ObjectKey } from '../../store.ts';

/**
 * The object that a stored value stands for, with its version, which the value does not hold. `stored` was just parsed and
 * is still ours alone.
 */
export function decodeObject(
  codec: ObjectCodec,
  key: ObjectKey,
  stored: object,
  version: string,
): ApiObject {
  const object = codec.decode(key, stored);
  object.metadata.resourceVersion = version;
  return object;
}
