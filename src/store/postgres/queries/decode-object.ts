import { SharedTexts } from '../../../lib/shared-texts.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import type { ObjectKey } from '../../store.ts';

/** Objects that were made alike have their field sets in common: a handful of texts for ten thousand Pods. */
const fieldSets = new SharedTexts(8_192);

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
  const { metadata } = object;
  metadata.resourceVersion = version;
  for (const entry of metadata.managedFields ?? []) {
    if (typeof entry.fieldsV1 === 'string') entry.fieldsV1 = fieldSets.share(entry.fieldsV1);
  }
  return object;
}
