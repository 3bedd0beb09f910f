import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectKey } from '../store.ts';

/**
 * The form in which the database holds objects. Every statement that writes or reads an object goes through it, so that the
 * present, the revisions and what they replaced are all in the same form.
 */
export interface ObjectCodec {
  /** The keys that it can read with; none for what is in the clear. */
  readonly keyIds: ReadonlySet<string>;
  /** The keys that it writes with. */
  readonly writeKeyIds: readonly string[];
  /** The JSON text to store for `text`, which is the JSON of the object at `key`. */
  encode(key: ObjectKey, text: string): string;
  /** The object that the parsed value `stored` stands for. @throws {Error} when its key is not known, or it was tampered with */
  decode(key: ObjectKey, stored: object): ApiObject;
  /** Whether a decoded object was read in another form than {@link encode} writes now, and so is worth writing again. */
  isStale(object: ApiObject): boolean;
}

/** In the clear. */
export const PLAIN_CODEC: ObjectCodec = {
  keyIds: new Set(),
  writeKeyIds: [],
  encode: (_key, text) => text,
  decode: (_key, stored) => stored as ApiObject,
  isStale: () => false,
};
