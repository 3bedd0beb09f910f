/** Where the control plane is and what proves who we are: flags win over the environment, that over the defaults. */
import fs from 'node:fs';
import path from 'node:path';
import { CliError } from './cli-error.ts';

export interface ConnectionFlags {
  /** `http://host:port`, with or without `/graphql`. */
  readonly server?: string;
  /** The data directory of the control plane: its token is in there. */
  readonly dataDir?: string;
  readonly tokenFile?: string;
  /** Who vouches for the server. */
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** As whom to act. */
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
}

export interface ConnectionSource {
  readonly flags: ConnectionFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths start from. */
  readonly cwd: string;
  /** The checkout: `.orrery` is in there. */
  readonly packageRoot: string;
}

export interface Connection {
  /** `http://127.0.0.1:4000/graphql`. */
  readonly endpoint: string;
  readonly dataDirectory: string;
  /** Undefined when there is none: then {@link tokenPlace} is where it was looked for. */
  readonly token: string | undefined;
  /** Where the token is from, for messages: a path or a variable. */
  readonly tokenPlace: string;
  /** Whom to believe over TLS, and what to show. @default as the system has it, and nothing */
  readonly tls?: TlsSettings;
  /** Headers that ask to act as somebody else. @default none */
  readonly impersonation?: Readonly<Record<string, string | readonly string[]>>;
}

/** In the words of `node:tls`; all PEM. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
}

const DEFAULT_PORT = '4000';

/** @throws {CliError} when the address cannot be one, or the token cannot be read */
export function resolveConnection(source: ConnectionSource): Connection {
  const dataDirectory = resolveDataDirectory(source);
  const endpoint = resolveEndpoint(source);
  const tls = endpoint.startsWith('https:') ? resolveTls(source, dataDirectory) : undefined;
  const impersonation = resolveImpersonation(source.flags);
  return {
    endpoint,
    dataDirectory,
    ...findToken(source, dataDirectory),
    ...(tls ? { tls } : {}),
    ...(impersonation ? { impersonation } : {}),
  };
}

/** A server of this machine shows a certificate of its own authority, which is in its data directory. */
function resolveTls({ flags, cwd }: ConnectionSource, dataDirectory: string): TlsSettings {
  const { certificateAuthority, clientCertificate, clientKey, insecureSkipTlsVerify } = flags;
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    throw new CliError('--client-certificate and --client-key belong together: give both');
  }
  const ca = certificateAuthority
    ? readPem(path.resolve(cwd, certificateAuthority))
    : readToken(path.join(dataDirectory, 'pki', 'ca.crt'));
  return {
    ...(ca ? { ca } : {}),
    ...(clientCertificate ? { cert: readPem(path.resolve(cwd, clientCertificate)) } : {}),
    ...(clientKey ? { key: readPem(path.resolve(cwd, clientKey)) } : {}),
    ...(insecureSkipTlsVerify ? { rejectUnauthorized: false } : {}),
  };
}

function readPem(file: string): string {
  const pem = readToken(file);
  if (pem === undefined) throw new CliError(`the file ${file} does not exist`);
  return pem;
}

function resolveImpersonation({
  as,
  asGroup,
  asUid,
}: ConnectionFlags): Connection['impersonation'] {
  if (as === undefined && !asGroup && asUid === undefined) return undefined;
  if (as === undefined) throw new CliError('--as-group and --as-uid need --as: name a user');
  return {
    'Impersonate-User': as,
    ...(asGroup ? { 'Impersonate-Group': asGroup } : {}),
    ...(asUid ? { 'Impersonate-Uid': asUid } : {}),
  };
}

export function resolveDataDirectory({ flags, env, cwd, packageRoot }: ConnectionSource): string {
  const directory = flags.dataDir ?? env.ORRERY_DATA_DIR;
  return directory ? path.resolve(cwd, directory) : path.join(packageRoot, '.orrery');
}

function resolveEndpoint({ flags, env }: ConnectionSource): string {
  const server =
    flags.server ?? env.ORRERY_SERVER ?? `http://127.0.0.1:${env.ORRERY_PORT ?? DEFAULT_PORT}`;
  const url = parseUrl(server);
  if (url.pathname === '/') url.pathname = '/graphql';
  return url.href;
}

function parseUrl(server: string): URL {
  const address = /^[a-z]+:\/\//i.test(server) ? server : `http://${server}`;
  const isUrl = URL.canParse(address) && /^https?:\/\//i.test(address);
  if (isUrl) return new URL(address);
  throw new CliError(
    `the server "${server}" is no address: give one such as http://127.0.0.1:4000`,
  );
}

function findToken(
  { flags, env, cwd }: ConnectionSource,
  dataDirectory: string,
): Pick<Connection, 'token' | 'tokenPlace'> {
  if (flags.tokenFile) {
    const file = path.resolve(cwd, flags.tokenFile);
    const token = readToken(file);
    if (token === undefined) throw new CliError(`the token file ${file} does not exist`);
    return { token, tokenPlace: file };
  }
  if (env.ORRERY_TOKEN) return { token: env.ORRERY_TOKEN, tokenPlace: 'ORRERY_TOKEN' };
  // Who comes with a certificate does not mean to be the administrator as well.
  if (flags.clientCertificate) return { token: undefined, tokenPlace: '--client-certificate' };
  const file = path.join(dataDirectory, 'token');
  return { token: readToken(file), tokenPlace: file };
}

/** The text of a file; undefined when there is none. */
function readToken(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(
      `the token in ${file} cannot be read (${code}): it belongs to who started the control plane`,
    );
  }
}
