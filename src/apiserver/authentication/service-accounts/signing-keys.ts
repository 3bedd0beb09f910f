/** The keys of service account tokens: one signs, any of them verifies, so that keys can be rotated without a gap. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** A key that tokens are verified with. */
export interface VerificationKey {
  /** In the header of each token: the digest of the public key, as Kubernetes names them. */
  readonly id: string;
  readonly algorithm: string;
  readonly publicKey: KeyObject;
}

export interface ServiceAccountKeys {
  readonly signing: VerificationKey & { readonly privateKey: KeyObject };
  /** Those that are good; the signing key's public half is among them. */
  readonly verification: readonly VerificationKey[];
}

const ALGORITHM_OF_CURVE: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/**
 * @param signing PEM of a private key, RSA or of a NIST curve
 * @param verification PEM texts of public or private keys; each may hold several
 * @throws {Error} that says what is wrong, without the key
 */
export function createServiceAccountKeys(
  signing: string,
  verification: readonly string[] = [],
): ServiceAccountKeys {
  const privateKey = parse(() => createPrivateKey(signing), 'private');
  const own = toVerificationKey(createPublicKey(privateKey));
  const others = verification.flatMap(publicKeysIn).map(toVerificationKey);
  const byId = new Map([own, ...others].map((key) => [key.id, key]));
  return { signing: { ...own, privateKey }, verification: [...byId.values()] };
}

function publicKeysIn(pem: string): KeyObject[] {
  const blocks = pem.match(PEM_BLOCK) ?? [];
  if (blocks.length === 0) throw new Error('there is no key in PEM format');
  return blocks.map((block) => parse(() => createPublicKey(block), 'public'));
}

function parse(read: () => KeyObject, which: string): KeyObject {
  try {
    return read();
  } catch {
    // Ignored: what OpenSSL says of a key may quote it.
    throw new Error(`this is no ${which} key in PEM format`);
  }
}

function toVerificationKey(publicKey: KeyObject): VerificationKey {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('base64url');
  return { id, algorithm: algorithmOf(publicKey), publicKey };
}

const MIN_RSA_BITS = 2_048;

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') {
    if ((asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS) return 'RS256';
    throw new Error(`an RSA key needs ${MIN_RSA_BITS} bits or more`);
  }
  const algorithm = ALGORITHM_OF_CURVE[asymmetricKeyDetails?.namedCurve ?? ''];
  if (algorithm) return algorithm;
  throw new Error('give an RSA key, or one of the curves P-256, P-384 and P-521');
}
