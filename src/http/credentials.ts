/** What a request, or the opening message of a connection, says of who sent it. Nothing of it is believed here. */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type {
  ClientCertificate,
  Credentials,
  Impersonation,
} from '../apiserver/authentication/authenticator.ts';
import type { RequestSource } from '../apiserver/request-context.ts';
import { bearerTokenOf } from './bearer-token.ts';

/** By lower-case name, every value that was sent. */
type Headers = Readonly<Record<string, readonly string[] | undefined>>;

const EXTRA_PREFIX = 'impersonate-extra-';
const SHORTEST_IMPERSONATION = 'impersonate-uid'.length;

/** Of an HTTP request. */
export function credentialsOf(request: IncomingMessage): Credentials {
  if (mayImpersonate(request)) return toCredentials(request.headersDistinct, request);
  const { authorization, 'user-agent': userAgent } = request.headers;
  return toCredentials(
    {
      authorization: authorization === undefined ? undefined : [authorization],
      'user-agent': userAgent === undefined ? undefined : [userAgent],
    },
    request,
  );
}

/** Runs with every request: most of them are asked in nobody else's name, and the rest of their headers say nothing here. */
function mayImpersonate({ rawHeaders }: IncomingMessage): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length >= SHORTEST_IMPERSONATION && name.toLowerCase().startsWith('impersonate-'))
      return true;
  }
  return false;
}

/**
 * Of a WebSocket: browsers cannot set headers on one, so that the opening message may bring them by the same names, or the
 * token alone as `token`.
 */
export function connectionCredentials(
  params: Readonly<Record<string, unknown>> | undefined,
  request: IncomingMessage,
): Credentials {
  // Names come from the client: none may reach what every object has.
  const headers: Record<string, readonly string[] | undefined> = Object.assign(
    Object.create(null),
    request.headersDistinct,
  );
  if (typeof params?.token === 'string') headers.authorization = [`Bearer ${params.token}`];
  for (const [name, value] of Object.entries(params ?? {})) {
    const values = (Array.isArray(value) ? value : [value]).filter(
      (item) => typeof item === 'string',
    );
    if (values.length > 0) headers[name.toLowerCase()] = values;
  }
  return toCredentials(headers, request);
}

/** How Kubernetes' clients in browsers, which cannot set headers on a WebSocket, bring a token. */
const TOKEN_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/** Of a request for a WebSocket: the token may be among the protocols that it offers, encoded. */
export function upgradeCredentials(request: IncomingMessage): Credentials {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
  const protocol = offered
    .map((name) => name.trim())
    .find((name) => name.startsWith(TOKEN_PROTOCOL));
  if (protocol === undefined) return credentialsOf(request);
  const token = Buffer.from(protocol.slice(TOKEN_PROTOCOL.length), 'base64url').toString();
  return connectionCredentials({ token }, request);
}

function toCredentials(headers: Headers, request: IncomingMessage): Credentials {
  const bearerToken = bearerTokenOf(headers.authorization?.[0]);
  const clientCertificate = clientCertificateOf(request);
  const impersonation = impersonationOf(headers);
  return {
    ...(bearerToken === undefined ? {} : { bearerToken }),
    ...(clientCertificate ? { clientCertificate } : {}),
    ...(impersonation ? { impersonation } : {}),
    source: sourceOf(headers, request),
  };
}

/** Names of clients are short; what is longer is somebody's attempt to fill the log. */
const MAX_USER_AGENT = 256;

function sourceOf(headers: Headers, { socket }: IncomingMessage): RequestSource {
  const userAgent = headers['user-agent']?.[0]?.slice(0, MAX_USER_AGENT);
  const address = socket.remoteAddress;
  return { addresses: address === undefined ? [] : [address], userAgent };
}

function impersonationOf(headers: Headers): Impersonation | undefined {
  const user = headers['impersonate-user']?.[0];
  const uid = headers['impersonate-uid']?.[0];
  const groups = headers['impersonate-group'] ?? [];
  const extra = Object.fromEntries(
    Object.entries(headers)
      .filter(([name, values]) => name.startsWith(EXTRA_PREFIX) && values !== undefined)
      .map(([name, values]) => [decodeExtraKey(name.slice(EXTRA_PREFIX.length)), values ?? []]),
  );
  const isAsked = user || uid || groups.length > 0 || Object.keys(extra).length > 0;
  return isAsked ? { user, uid, groups, extra } : undefined;
}

/** Keys that HTTP cannot spell in a header's name are percent-encoded; what does not decode is meant as it is. */
function decodeExtraKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // Ignored: a percent sign that begins no escape.
    return key;
  }
}

const certificates = new WeakMap<TLSSocket, ClientCertificate>();

/** The certificate that the client showed when it connected. */
function clientCertificateOf({ socket }: IncomingMessage): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const known = certificates.get(socket);
  if (known) return known;
  const shown = socket.getPeerCertificate();
  // Without one Node.js gives an empty object, or nothing once the connection is gone.
  if (!shown?.fingerprint256) return undefined;
  const { CN, O } = shown.subject as { CN?: string | string[]; O?: string | string[] };
  const certificate: ClientCertificate = {
    isTrusted: socket.authorized,
    ...(socket.authorized ? {} : { problem: String(socket.authorizationError) }),
    commonName: [CN ?? ''].flat().at(-1) ?? '',
    organizations: [O ?? []].flat(),
    sha256: shown.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
  certificates.set(socket, certificate);
  return certificate;
}
