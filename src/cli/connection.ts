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
}

const DEFAULT_PORT = '4000';

/** @throws {CliError} when the address cannot be one, or the token cannot be read */
export function resolveConnection(source: ConnectionSource): Connection {
  const dataDirectory = resolveDataDirectory(source);
  return { endpoint: resolveEndpoint(source), dataDirectory, ...findToken(source, dataDirectory) };
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
  const file = path.join(dataDirectory, 'token');
  return { token: readToken(file), tokenPlace: file };
}

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
