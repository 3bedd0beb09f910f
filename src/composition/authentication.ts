import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import type { ApiServerOptions } from '../apiserver/api-server-options.ts';
import type { Authenticator } from '../apiserver/authentication/authenticator.ts';
import { createBearerTokenAuthenticator } from '../apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../apiserver/authentication/identities.ts';
import {
  createStructuredAuthentication,
  type StructuredAuthentication,
} from '../apiserver/authentication/oidc/authentication-configuration.ts';
import { userOfClaims } from '../apiserver/authentication/oidc/claim-mapping.ts';
import { createOidcAuthenticator } from '../apiserver/authentication/oidc/oidc-authenticator.ts';
import { createServiceAccountKeys } from '../apiserver/authentication/service-accounts/signing-keys.ts';
import type { ServiceAccountTokenOptions } from '../apiserver/authentication/service-accounts/token-issuer.ts';
import {
  createStaticTokenAuthenticator,
  parseStaticTokens,
} from '../apiserver/authentication/static-token-file.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { OidcConfig, ServiceAccountConfig } from './authentication-config.ts';
import { ConfigError } from './option-values.ts';
import { readOrCreateSecret } from './secret-file.ts';
import { parseYaml, readOptionFile } from './yaml-file.ts';

/** In the data directory: signs the tokens of service accounts. */
const SIGNING_KEY_FILE = path.join('pki', 'sa.key');

export interface AuthenticationOptions
  extends Pick<ApiServerOptions, 'authenticators' | 'allowAnonymous'> {
  readonly serviceAccountTokens: ServiceAccountTokenOptions;
}

/** What the API server needs to know who is who. @throws {ConfigError} for a file that cannot be used */
export function openAuthentication(
  { authentication, dataDirectory }: Pick<Config, 'authentication' | 'dataDirectory'>,
  adminToken: string,
): AuthenticationOptions {
  const { configFile, oidc, serviceAccounts, tokenAuthFile } = authentication;
  const authenticators: Authenticator[] = [
    createBearerTokenAuthenticator({ token: adminToken, user: ADMIN_USER }),
  ];
  if (tokenAuthFile !== undefined) {
    authenticators.push(openTokenFile(tokenAuthFile));
  }
  if (oidc) authenticators.push(openOidc(oidc));
  const structured = configFile ? openStructured(configFile, serviceAccounts) : undefined;
  return {
    authenticators: [...authenticators, ...(structured?.authenticators ?? [])],
    allowAnonymous: structured?.allowAnonymous ?? authentication.allowAnonymous,
    serviceAccountTokens: openServiceAccountTokens(serviceAccounts, dataDirectory),
  };
}

function openServiceAccountTokens(
  config: ServiceAccountConfig,
  dataDirectory: string,
): ServiceAccountTokenOptions {
  const { apiAudiences, issuers, keyFiles, maxTokenExpirationSeconds, signingKeyFile } = config;
  const file = signingKeyFile ?? path.join(dataDirectory, SIGNING_KEY_FILE);
  const signing =
    signingKeyFile === undefined
      ? readOrCreateSecret(file, generateSigningKey)
      : readOptionFile('--service-account-signing-key-file', signingKeyFile);
  const verification = keyFiles.map((name) => readOptionFile('--service-account-key-file', name));
  try {
    return {
      keys: createServiceAccountKeys(signing, verification),
      issuer: issuers[0] as string,
      acceptedIssuers: issuers.slice(1),
      ...(apiAudiences.length > 0 ? { audiences: apiAudiences } : {}),
      maxExpirationSeconds: maxTokenExpirationSeconds,
    };
  } catch (thrown) {
    const files = [file, ...keyFiles].join(', ');
    throw new ConfigError(`the keys of service accounts (${files}): ${toError(thrown).message}`);
  }
}

/** Small and fast: signatures of a curve cost a tenth of RSA's. */
function generateSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function openTokenFile(file: string): Authenticator {
  const text = readOptionFile('--token-auth-file', file);
  try {
    return createStaticTokenAuthenticator(parseStaticTokens(text));
  } catch (thrown) {
    throw new ConfigError(`--token-auth-file ${file}: ${toError(thrown).message}`);
  }
}

function openStructured(file: string, { issuers }: ServiceAccountConfig): StructuredAuthentication {
  const text = readOptionFile('--authentication-config', file);
  const document = parseYaml(file, text);
  try {
    return createStructuredAuthentication(document, {
      clock: systemClock,
      serviceAccountIssuers: issuers,
    });
  } catch (thrown) {
    throw new ConfigError(`--authentication-config ${file}: ${toError(thrown).message}`);
  }
}

/** The issuer lives in real time, whatever the cluster's is. */
function openOidc({ caFile, clientId, signingAlgs, ...mapping }: OidcConfig): Authenticator {
  const ca = caFile === undefined ? undefined : readOptionFile('--oidc-ca-file', caFile);
  try {
    return createOidcAuthenticator({
      issuerUrl: mapping.issuerUrl,
      audiences: [clientId],
      toUser: (claims) => userOfClaims(claims, mapping),
      signingAlgs,
      ca,
      clock: systemClock,
    });
  } catch (thrown) {
    throw new ConfigError(`--oidc-signing-algs: ${toError(thrown).message}`);
  }
}
