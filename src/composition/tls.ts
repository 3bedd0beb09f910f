import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config.ts';
import type {
  CertificateAuthority,
  ServingName,
} from '../controllers/certificate-signer/authority.ts';
import type { ServingTls } from '../http/http-server.ts';
import { systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import { ConfigError } from './option-values.ts';
import { readOptionFile } from './yaml-file.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

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

/** What the door shows of itself and whom it trusts; undefined for plain HTTP. @throws {ConfigError} */
export async function openTls(
  {
    authentication: { tls },
    allowedHosts,
    host,
  }: Pick<Config, 'authentication' | 'allowedHosts' | 'host'>,
  authority: () => Promise<CertificateAuthority>,
): Promise<ServingTls | undefined> {
  if (!tls.enabled) return undefined;
  const { certFile, clientCaFile, privateKeyFile } = tls;
  const clientAuthority =
    clientCaFile === undefined
      ? (await authority()).certificate
      : readOptionFile('--client-ca-file', clientCaFile);
  if (certFile !== undefined && privateKeyFile !== undefined) {
    return assertUsable({
      certificate: readOptionFile('--tls-cert-file', certFile),
      privateKey: readOptionFile('--tls-private-key-file', privateKeyFile),
      clientAuthority,
    });
  }
  const names = [...new Set([...COMMON_NAMES, host, ...allowedHosts])].map(toServingName);
  const validity = { nowMs: systemClock.now(), durationMs: YEAR_MS };
  const served = await (await authority()).issueServing(names, validity);
  return assertUsable({ ...served, clientAuthority });
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
