import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config.ts';
import type {
  CertificateAuthority,
  ServingName,
} from '../controllers/certificate-signer/authority.ts';
import type { ServingTls } from '../http/http-server.ts';
import { toError } from '../lib/errors.ts';
import { readAuthorityCertificate } from './cluster-authority.ts';
import { ConfigError } from './option-values.ts';
import { openServingCertificate } from './serving-certificate.ts';
import { readOptionFile } from './yaml-file.ts';

/** Where every server can be reached, and by which names Pods know it. */
const COMMON_NAMES = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

type NamingConfig = Pick<Config, 'allowedHosts' | 'host'>;

/** By what clients may call a server that shows a certificate of the cluster's own. */
export function servingNamesOf({ allowedHosts, host }: NamingConfig): readonly string[] {
  return [...new Set([...COMMON_NAMES, host, ...allowedHosts])];
}

export interface OpenedTls {
  readonly serving: ServingTls;
  /** PEM of who vouches for the server, where that is the cluster's own authority. */
  readonly authority: string | undefined;
}

/** What TLS listeners show of themselves and whom they trust; undefined where nothing listens with TLS. @throws {ConfigError} */
export async function openTls(
  config: Pick<Config, 'authentication' | 'dataDirectory' | 'roles' | 'securePort'> & NamingConfig,
  authority: () => Promise<CertificateAuthority>,
): Promise<OpenedTls | undefined> {
  const { tls } = config.authentication;
  if (!config.roles.includes('api') || !(tls.enabled || config.securePort)) return undefined;
  const { certFile, clientCaFile, privateKeyFile } = tls;
  const { dataDirectory } = config;
  const own = readAuthorityCertificate(dataDirectory) ?? (await authority()).certificate;
  const clientAuthority =
    clientCaFile === undefined ? own : readOptionFile('--client-ca-file', clientCaFile);
  if (certFile !== undefined && privateKeyFile !== undefined) {
    const certificate = readOptionFile('--tls-cert-file', certFile);
    const privateKey = readOptionFile('--tls-private-key-file', privateKeyFile);
    const serving = assertUsable({ certificate, privateKey, clientAuthority });
    return { serving, authority: undefined };
  }
  const names = servingNamesOf(config).map(toServingName);
  const served = await openServingCertificate({ dataDirectory, names, authority });
  return { serving: assertUsable({ ...served, clientAuthority }), authority: own };
}

/** Before anything is started for it. */
function assertUsable(tls: ServingTls): ServingTls {
  const { certificate, clientAuthority, privateKey } = tls;
  try {
    createSecureContext({ cert: certificate, key: privateKey, ca: clientAuthority });
  } catch (thrown) {
    throw new ConfigError(
      `the files of --tls-cert-file, --tls-private-key-file and --client-ca-file cannot be used together: ${toError(thrown).message}`,
    );
  }
  return tls;
}

function toServingName(value: string): ServingName {
  return { type: isIP(value) === 0 ? 'dns' : 'ip', value };
}
