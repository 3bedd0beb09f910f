/**
 * The ciphers of Kubernetes' EncryptionConfiguration. What each makes is bound to the object's key (its place): a
 * ciphertext that is moved to another row does not decrypt.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

export interface Cipher {
  encrypt(key: Buffer, text: string, place: string): Buffer;
  /** @throws {Error} when the ciphertext, its key or its place is not the one that it was made with */
  decrypt(key: Buffer, sealed: Buffer, place: string): string;
}

const GCM_NONCE_BYTES = 12;
const GCM_TAG_BYTES = 16;

/** AES-GCM with a random nonce: nonce, ciphertext, tag. */
const aesgcm: Cipher = {
  encrypt(key, text, place) {
    const nonce = randomBytes(GCM_NONCE_BYTES);
    const cipher = createCipheriv(gcmName(key), key, nonce, { authTagLength: GCM_TAG_BYTES });
    cipher.setAAD(Buffer.from(place));
    const body = cipher.update(text, 'utf8');
    return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
  },
  decrypt(key, sealed, place) {
    const nonce = sealed.subarray(0, GCM_NONCE_BYTES);
    const body = sealed.subarray(GCM_NONCE_BYTES, sealed.length - GCM_TAG_BYTES);
    const decipher = createDecipheriv(gcmName(key), key, nonce, { authTagLength: GCM_TAG_BYTES });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(sealed.subarray(sealed.length - GCM_TAG_BYTES));
    return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
  },
};

function gcmName(key: Buffer): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  return `aes-${(key.length * 8) as 128 | 192 | 256}-gcm`;
}

const CBC_BLOCK_BYTES = 16;
const MAC_BYTES = 32;

/**
 * AES-CBC, then HMAC-SHA-256 under a key of its own: vector, ciphertext, code. Kubernetes' `aescbc` has no code, and so
 * cannot tell a changed ciphertext.
 */
const aescbc: Cipher = {
  encrypt(key, text, place) {
    const vector = randomBytes(CBC_BLOCK_BYTES);
    const cipher = createCipheriv(cbcName(key), key, vector);
    const sealed = Buffer.concat([vector, cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([sealed, codeOf(key, sealed, place)]);
  },
  decrypt(key, sealed, place) {
    const end = sealed.length - MAC_BYTES;
    const body = sealed.subarray(0, Math.max(0, end));
    const code = sealed.subarray(Math.max(0, end));
    if (code.length !== MAC_BYTES || !timingSafeEqual(code, codeOf(key, body, place))) {
      throw new Error('the message authentication code does not match');
    }
    const decipher = createDecipheriv(cbcName(key), key, body.subarray(0, CBC_BLOCK_BYTES));
    return (
      decipher.update(body.subarray(CBC_BLOCK_BYTES), undefined, 'utf8') + decipher.final('utf8')
    );
  },
};

function cbcName(key: Buffer): string {
  return `aes-${key.length * 8}-cbc`;
}

function codeOf(key: Buffer, sealed: Buffer, place: string): Buffer {
  const macKey = Buffer.from(
    hkdfSync('sha256', key, '', 'orrery aescbc authentication', MAC_BYTES),
  );
  // The length in front keeps place and ciphertext apart.
  const bound = Buffer.from(`${Buffer.byteLength(place)} ${place}`);
  return createHmac('sha256', macKey).update(bound).update(sealed).digest();
}

export const CIPHERS = { aesgcm, aescbc } as const;

export type CipherName = keyof typeof CIPHERS;
