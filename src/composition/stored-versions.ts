import { isStoredInOldVersion, upgradeStored } from '../scheme/conversion/stored-version.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { ObjectCodec } from '../store/encryption/object-codec.ts';

/**
 * `codec`, with every object in today's storage version however old its row is. What was read in another one is stale: a
 * write, even one that changes nothing, stores it anew.
 */
export function withStoredVersions(codec: ObjectCodec, scheme: Scheme): ObjectCodec {
  const upgraded = new WeakSet<ApiObject>();
  return {
    keyIds: codec.keyIds,
    writeKeyIds: codec.writeKeyIds,
    encode: (key, text) => codec.encode(key, text),
    decode(key, stored) {
      const object = codec.decode(key, stored);
      const current = upgradeStored(scheme, object);
      if (current !== object) upgraded.add(current);
      return current;
    },
    isStale: (object) =>
      upgraded.has(object) || codec.isStale(object) || isStoredInOldVersion(scheme, object),
  };
}
