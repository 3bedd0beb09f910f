import { createHmac } from 'node:crypto';
import { toError } from '../../lib/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import { objectId } from '../keys.ts';
import type { ObjectKey } from '../store.ts';
import { CIPHERS, type CipherName } from './ciphers.ts';
import type { ObjectCodec } from './object-codec.ts';

/** One key of a provider. */
export interface EncryptionKey {
  readonly cipher: CipherName;
  /** Its name in the configuration. */
  readonly name: string;
  readonly secret: Buffer;
}

/** How the objects of some resources are stored. */
export interface EncryptionRule {
  matches(resource: GroupResource): boolean;
  /** What writes are encrypted with; undefined stores them in the clear. */
  readonly writeKey: EncryptionKey | undefined;
}

export interface EncryptingCodecOptions {
  /** The first that matches decides; resources that none matches are stored in the clear. */
  readonly rules: readonly EncryptionRule[];
  /** Every key that anything may have been written with. */
  readonly keys: readonly EncryptionKey[];
}

/** The one member of a stored value that is encrypted. Objects in the clear always have metadata. */
export const ENCRYPTED_MEMBER = '$encrypted';

/** Knows its keys by cipher, name and fingerprint, so that another key of the same name is recognised as another. */
export class EncryptingCodec implements ObjectCodec {
  readonly keyIds: ReadonlySet<string>;
  readonly writeKeyIds: readonly string[];
  readonly #rules: readonly EncryptionRule[];
  readonly #keys: ReadonlyMap<string, EncryptionKey>;
  readonly #writeKeys = new Map<string, string | undefined>();
  readonly #stale = new WeakSet<ApiObject>();

  constructor({ rules, keys }: EncryptingCodecOptions) {
    this.#rules = rules;
    this.#keys = new Map(keys.map((key) => [keyId(key), key]));
    this.keyIds = new Set(this.#keys.keys());
    const writeKeys = rules.flatMap(({ writeKey }) => (writeKey ? [keyId(writeKey)] : []));
    this.writeKeyIds = [...new Set(writeKeys)];
  }

  encode(key: ObjectKey, text: string): string {
    const id = this.#writeKeyOf(key);
    if (id === undefined) return text;
    const { cipher, secret } = this.#keyOf(key, id);
    const sealed = CIPHERS[cipher].encrypt(secret, text, objectId(key));
    return `{"${ENCRYPTED_MEMBER}":"${id}:${sealed.toString('base64')}"}`;
  }

  decode(key: ObjectKey, stored: object): ApiObject {
    const sealed = sealedOf(stored);
    const object = sealed === undefined ? (stored as ApiObject) : this.#open(key, sealed);
    if (writtenWith(sealed) !== this.#writeKeyOf(key)) this.#stale.add(object);
    return object;
  }

  isStale(object: ApiObject): boolean {
    return this.#stale.has(object);
  }

  #open(key: ObjectKey, sealed: string): ApiObject {
    const { cipher, secret } = this.#keyOf(key, writtenWith(sealed) as string);
    const body = Buffer.from(sealed.slice(sealed.lastIndexOf(':') + 1), 'base64');
    try {
      return JSON.parse(CIPHERS[cipher].decrypt(secret, body, objectId(key))) as ApiObject;
    } catch (thrown) {
      const what = `${qualifiedName(key)} "${key.name}" in "${key.namespace}"`;
      throw new Error(`${what} cannot be decrypted: its row was changed outside of the server`, {
        cause: toError(thrown),
      });
    }
  }

  #keyOf(key: ObjectKey, id: string): EncryptionKey {
    const found = this.#keys.get(id);
    if (found) return found;
    throw new Error(
      `${qualifiedName(key)} "${key.name}" in "${key.namespace}" is encrypted with ${describeKeyId(id)}, which this server does not have; start it with the encryption configuration that has that key`,
    );
  }

  /** The id of the key that objects of this resource are written with; looked up once a resource. */
  #writeKeyOf({ group, resource }: GroupResource): string | undefined {
    const name = qualifiedName({ group, resource });
    if (this.#writeKeys.has(name)) return this.#writeKeys.get(name);
    const rule = this.#rules.find((candidate) => candidate.matches({ group, resource }));
    const id = rule?.writeKey && keyId(rule.writeKey);
    this.#writeKeys.set(name, id);
    return id;
  }
}

/** `aesgcm:key1:1f3a9c02`. */
export function keyId({ cipher, name, secret }: EncryptionKey): string {
  const fingerprint = createHmac('sha256', secret).update('orrery key fingerprint').digest('hex');
  return `${cipher}:${name}:${fingerprint.slice(0, 8)}`;
}

/** A key id in words, for messages. */
export function describeKeyId(id: string): string {
  const [cipher, name, fingerprint] = id.split(':');
  return `the ${cipher} key "${name}" (fingerprint ${fingerprint})`;
}

function sealedOf(stored: object): string | undefined {
  if ('metadata' in stored) return undefined;
  const sealed = (stored as Record<string, unknown>)[ENCRYPTED_MEMBER];
  return typeof sealed === 'string' ? sealed : undefined;
}

/** The id of the key in front of a ciphertext; undefined for what is in the clear. */
function writtenWith(sealed: string | undefined): string | undefined {
  return sealed?.slice(0, sealed.lastIndexOf(':'));
}
