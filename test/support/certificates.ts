import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import {
  type JsonGeneralNames,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';
import {
  CertificateAuthority,
  selfSign,
} from '../../src/controllers/certificate-signer/authority.ts';

/** A certificate authority of a test's own. */
export async function testAuthority(nowMs = Date.now()): Promise<CertificateAuthority> {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return CertificateAuthority.open({ certificate: await selfSign(privateKey, nowMs), privateKey });
}

export interface TestRequest {
  /** PEM. */
  readonly request: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly names?: JsonGeneralNames;
}

/** What `openssl req` would make. */
export async function createCertificateRequest({
  commonName,
  organizations = [],
  names = [],
}: Subject): Promise<TestRequest> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }, ...organizations.map((name) => ({ O: [name] }))],
    keys,
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return {
    request: `${request.toString('pem')}\n`,
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export interface HttpsRequest {
  /** @default 'POST' */
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whom to believe, and as whom to come. PEM. */
  readonly ca: string;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Sends JSON over TLS, as a client with a certificate of its own. */
export function httpsSend(
  url: string,
  { method = 'POST', body = '', headers, ca, cert, key }: HttpsRequest,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      url,
      {
        method,
        agent: false,
        headers: { 'content-type': 'application/json', ...headers },
        ca,
        ...(cert && key ? { cert, key } : {}),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', () => {
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
