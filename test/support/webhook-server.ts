import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** What a webhook is sent. */
export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly object: Record<string, unknown> | null;
    readonly oldObject: Record<string, unknown> | null;
    readonly [field: string]: unknown;
  };
}

/** Answers one review: the `response`, without its uid; or the whole body, as text; or a promise of either. */
export type Answer = (review: Review, path: string) => unknown;

/** A webhook on loopback, over HTTPS, with a certificate of its own. */
export interface WebhookServer extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** As registrations have it. */
  readonly caBundle: string;
  /** What it was sent, in order. */
  readonly reviews: Review[];
  readonly paths: string[];
  /** How many connections there have been. */
  connections(): number;
  /** Breaks every connection off, as a server that restarts does. */
  disconnect(): void;
}

const allow = (): unknown => ({ allowed: true });

export const patchWith = (...operations: object[]): unknown => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

export async function startWebhook(answer: Answer = allow): Promise<WebhookServer> {
  const { certificate, privateKey } = await selfSigned();
  const reviews: Review[] = [];
  const paths: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', async () => {
      const review = JSON.parse(body) as Review;
      reviews.push(review);
      paths.push(request.url ?? '');
      const answered = await answer(review, request.url ?? '');
      if (typeof answered === 'number') response.statusCode = answered;
      response.end(bodyOf(review, answered));
    });
  });
  server.on('secureConnection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
  });
  const disconnect = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const port = await listen(server);
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    caBundle: Buffer.from(certificate).toString('base64'),
    reviews,
    paths,
    connections: () => connections,
    disconnect,
    async [Symbol.asyncDispose]() {
      disconnect();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function bodyOf({ apiVersion, kind, request }: Review, answered: unknown): string {
  if (typeof answered === 'string') return answered;
  const response = { uid: request.uid, ...(answered as object) };
  return JSON.stringify({ apiVersion, kind, response });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A certificate of `127.0.0.1` and `hook.default.svc` that is its own authority; PEM. */
export async function selfSigned(): Promise<{ certificate: string; privateKey: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=webhook',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [
      new BasicConstraintsExtension(true),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'hook.default.svc' },
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = pkcs8.toString('base64').match(/.{1,64}/g) ?? [];
  const privateKey = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { certificate: certificate.toString('pem'), privateKey };
}
