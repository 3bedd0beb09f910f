/**
 * The cluster's certificate authority: a self-signed certificate that the API server trusts when clients show one of
 * its making.
 */
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Pkcs10CertificateRequest,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Clock } from '../../lib/clock.ts';
import { alternativeNamesOf } from '../shared/read-certificate-request.ts';
import { extendedUsagesOf, keyUsageFlagsOf } from './usages.ts';

const CA_NAME = 'CN=kubernetes';
const YEAR_MS = 365 * 24 * 3_600_000;
const CA_LIFE_MS = 10 * YEAR_MS;
/** Certificates begin a little earlier, for machines whose clocks are behind. */
const BACKDATE_MS = 5 * 60_000;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const SERIAL_BYTES = 16;

export interface AuthorityFiles {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

export interface Validity {
  readonly nowMs: number;
  readonly durationMs: number;
}

/** The certificate of a new authority. @param privateKey PEM of a P-256 key */
export async function selfSign(privateKey: string, nowMs: number): Promise<string> {
  const keys = await importKeys(privateKey);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: CA_NAME,
    keys,
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + CA_LIFE_MS),
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyCertSign,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certificate.toString('pem');
}

export class CertificateAuthority {
  /** PEM: whom clients trust. */
  readonly certificate: string;
  readonly #issuer: X509Certificate;
  readonly #signingKey: webcrypto.CryptoKey;
  readonly #checkersClock: Clock | undefined;

  private constructor(
    certificate: string,
    signingKey: webcrypto.CryptoKey,
    checkersClock: Clock | undefined,
  ) {
    this.#checkersClock = checkersClock;
    this.certificate = certificate;
    this.#issuer = new X509Certificate(certificate);
    this.#signingKey = signingKey;
  }

  /**
   * @param checkersClock The time of the machines that check certificates, at which they are good as well. @default the
   * cluster's
   * @throws {Error} when a file cannot be read, or the two do not belong together
   */
  static async open(
    { certificate, privateKey }: AuthorityFiles,
    checkersClock?: Clock,
  ): Promise<CertificateAuthority> {
    const { privateKey: signingKey, publicKey } = await importKeys(privateKey);
    const authority = new CertificateAuthority(certificate, signingKey, checkersClock);
    const own = Buffer.from(await webcrypto.subtle.exportKey('spki', publicKey));
    if (own.equals(Buffer.from(authority.#issuer.publicKey.rawData))) return authority;
    throw new Error('the certificate of the authority is not that of its key');
  }

  /** Signs what a request asks for, for `usages`. @returns PEM */
  async signRequest(
    request: Pkcs10CertificateRequest,
    usages: readonly string[],
    validity: Validity,
  ): Promise<string> {
    const names = alternativeNamesOf(request);
    return this.#sign({
      subject: request.subjectName.toJSON(),
      publicKey: request.publicKey,
      usages,
      validity,
      names: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
    });
  }

  /** A certificate of a server of the cluster, with its key. Both PEM. */
  async issueServing(hosts: readonly ServingName[], validity: Validity): Promise<AuthorityFiles> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await this.#sign({
      subject: 'CN=kube-apiserver',
      publicKey: await PublicKey.create(keys.publicKey),
      usages: ['digital signature', 'server auth'],
      validity,
      names: [new SubjectAlternativeNameExtension([...hosts])],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificate, privateKey };
  }

  async #sign({ subject, publicKey, usages, validity, names }: Signing): Promise<string> {
    const { nowMs, durationMs } = validity;
    const realMs = this.#checkersClock?.now() ?? nowMs;
    const beginMs = Math.min(nowMs, realMs) - BACKDATE_MS;
    const endMs = Math.min(Math.max(nowMs, realMs) + durationMs, this.#issuer.notAfter.getTime());
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: this.#issuer.subjectName,
      notBefore: new Date(beginMs),
      notAfter: new Date(endMs),
      publicKey,
      signingKey: this.#signingKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        ...usageExtensions(usages),
        ...names,
      ],
    });
    return `${certificate.toString('pem')}\n`;
  }
}

export interface ServingName {
  readonly type: 'dns' | 'ip';
  readonly value: string;
}

interface Signing {
  readonly subject: string | ReturnType<Pkcs10CertificateRequest['subjectName']['toJSON']>;
  readonly publicKey: PublicKey;
  readonly usages: readonly string[];
  readonly validity: Validity;
  readonly names: readonly Extension[];
}

function usageExtensions(usages: readonly string[]): Extension[] {
  const flags = keyUsageFlagsOf(usages);
  const extended = extendedUsagesOf(usages);
  return [
    ...(flags === 0 ? [] : [new KeyUsagesExtension(flags, true)]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
  ];
}

/** Unguessable, positive, and within the twenty bytes that the standard allows. */
function serialNumber(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = createPrivateKey(pem);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Error('the key of the authority must be of the curve P-256');
  }
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}
