import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ConfigurationReader } from '../../lib/configuration-reader.ts';
import { toError } from '../../lib/errors.ts';
import type { ExtenderTls } from '../extenders/http-extender.ts';

const FILES = ['certFile', 'keyFile', 'caFile'] as const;
const DATA = ['certData', 'keyData', 'caData'] as const;

type Members = Readonly<Record<string, unknown>>;

/** How an extender is spoken to over HTTPS: `tlsConfig` and `enableHTTPS`. Files are read at once. */
export function readExtenderTls(
  reader: ConfigurationReader,
  extender: Members,
  extenderPath: string,
): ExtenderTls | undefined {
  const isSecure = reader.boolean(extender.enableHTTPS, `${extenderPath}.enableHTTPS`) ?? false;
  if (!isSecure && extender.tlsConfig === undefined) return undefined;
  const path = `${extenderPath}.tlsConfig`;
  const known = ['insecure', 'serverName', ...FILES, ...DATA];
  const members = reader.object(extender.tlsConfig, path, known);
  const [cert, key, ca] = FILES.map((file, index) => {
    const data = DATA[index] as string;
    return readPem(reader, members, { path, file, data });
  });
  const insecure = reader.boolean(members.insecure, `${path}.insecure`) ?? false;
  if (insecure && ca) {
    const detail = 'specifying a root certificates file with the insecure flag is not allowed';
    reader.refuse(`${path}.insecure`, true, detail);
  }
  if (Boolean(cert) !== Boolean(key)) {
    reader.refuse(path, undefined, 'a certificate and its key go together');
  }
  checkPem(reader, path, { cert, key, ca });
  // As in Kubernetes, whoever turns HTTPS on without naming an authority has no certificate checked.
  const isUnchecked = insecure || (isSecure && !ca);
  const serverName = reader.text(members.serverName, `${path}.serverName`);
  return { insecure: isUnchecked, serverName, cert, key, ca };
}

interface Source {
  readonly path: string;
  readonly file: string;
  readonly data: string;
}

/** What the data say, in base64, or else the file. */
function readPem(
  reader: ConfigurationReader,
  members: Members,
  { path, file, data }: Source,
): string | undefined {
  const encoded = reader.text(members[data], `${path}.${data}`);
  if (encoded) return Buffer.from(encoded, 'base64').toString('utf8');
  const name = reader.text(members[file], `${path}.${file}`);
  if (!name) return undefined;
  try {
    return readFileSync(name, 'utf8');
  } catch (thrown) {
    reader.refuse(`${path}.${file}`, name, `cannot be read (${toError(thrown).message})`);
    return undefined;
  }
}

/** OpenSSL's words name the fault, and quote nothing of a key. */
function checkPem(
  reader: ConfigurationReader,
  path: string,
  pem: { cert: string | undefined; key: string | undefined; ca: string | undefined },
): void {
  const { cert, key, ca } = pem;
  try {
    createSecureContext({ ...(cert && key ? { cert, key } : {}), ...(ca ? { ca } : {}) });
  } catch (thrown) {
    reader.refuse(path, undefined, `cannot be used (${toError(thrown).message})`);
  }
}
