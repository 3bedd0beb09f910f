/** The settings of authentication and TLS, spelled as kube-apiserver spells them. */
import path from 'node:path';
import { DEFAULT_ISSUER } from '../apiserver/authentication/service-accounts/token-issuer.ts';
import { ConfigError, seconds, splitList, toBoolean } from './option-values.ts';

/** Files are absolute paths; they are read when the server starts. */
export interface AuthenticationConfig {
  /** Whether requests without credentials come in, as `system:anonymous`. @default false */
  readonly allowAnonymous: boolean;
  readonly tokenAuthFile: string | undefined;
  /** An AuthenticationConfiguration: issuers with what their claims mean, in place of {@link oidc}. */
  readonly configFile: string | undefined;
  readonly serviceAccounts: ServiceAccountConfig;
  readonly oidc: OidcConfig | undefined;
  readonly tls: TlsConfig;
}

export interface ServiceAccountConfig {
  /** Signs tokens. @default one that is made in the data directory */
  readonly signingKeyFile: string | undefined;
  /** Further keys whose tokens are good. @default [] */
  readonly keyFiles: readonly string[];
  /** The first issues, the others' tokens are good as well. @default https://kubernetes.default.svc.cluster.local */
  readonly issuers: readonly string[];
  /** Empty for the issuer. */
  readonly apiAudiences: readonly string[];
  readonly maxTokenExpirationSeconds: number | undefined;
}

export interface OidcConfig {
  readonly issuerUrl: string;
  readonly clientId: string;
  /** @default 'sub' */
  readonly usernameClaim: string;
  /** Undefined for the issuer and `#`, unless the claim is `email`. */
  readonly usernamePrefix: string | undefined;
  readonly groupsClaim: string | undefined;
  readonly groupsPrefix: string;
  readonly requiredClaims: Readonly<Record<string, string>>;
  /** @default ['RS256'] */
  readonly signingAlgs: readonly string[];
  readonly caFile: string | undefined;
}

export interface TlsConfig {
  /** HTTPS with a certificate of the cluster's own authority. @default false */
  readonly enabled: boolean;
  readonly certFile: string | undefined;
  readonly privateKeyFile: string | undefined;
  /** Who vouches for clients. @default the cluster's own authority, once TLS is on */
  readonly clientCaFile: string | undefined;
}

export const AUTHENTICATION_USAGE = `Who may come in (see docs/authentication.md):
  --anonymous-auth BOOL       requests without credentials are system:anonymous's (default false)
  --token-auth-file FILE      lines of TOKEN,USER,UID,"GROUP,GROUP"
  --tls BOOL                  HTTPS with a certificate of the cluster's own authority (default false)
  --tls-cert-file FILE        HTTPS with this certificate, and
  --tls-private-key-file FILE its key
  --client-ca-file FILE       who vouches for client certificates (default the cluster's own authority)
  --service-account-signing-key-file FILE
                              signs service accounts' tokens (default a key made in the data directory)
  --service-account-key-file FILE
                              a further key whose tokens are good; may be repeated
  --service-account-issuer URL
                              who issues tokens (default ${DEFAULT_ISSUER})
  --api-audiences LIST        whom tokens for this server are meant for (default the issuer)
  --service-account-max-token-expiration SECONDS
                              the longest life of a token (default any)
  --authentication-config FILE
                              issuers and what their claims mean: Kubernetes' AuthenticationConfiguration
  --oidc-issuer-url URL       ID tokens of this OpenID Connect issuer are good, if they are for
  --oidc-client-id ID         this client
  --oidc-username-claim NAME  the claim with the user's name (default sub)
  --oidc-username-prefix TEXT before it (default the issuer and #; "-" for none)
  --oidc-groups-claim NAME    the claim with the user's groups (default none)
  --oidc-groups-prefix TEXT   before each of them (default none)
  --oidc-required-claim K=V   a claim that ID tokens must have; may be repeated
  --oidc-signing-algs LIST    how ID tokens may be signed (default RS256)
  --oidc-ca-file FILE         who vouches for the issuer's own certificate (default as the system has it)
`;

export const AUTHENTICATION_OPTIONS = {
  'anonymous-auth': { type: 'string' },
  'token-auth-file': { type: 'string' },
  tls: { type: 'string' },
  'tls-cert-file': { type: 'string' },
  'tls-private-key-file': { type: 'string' },
  'client-ca-file': { type: 'string' },
  'service-account-signing-key-file': { type: 'string' },
  'service-account-key-file': { type: 'string', multiple: true },
  'service-account-issuer': { type: 'string', multiple: true },
  'api-audiences': { type: 'string', multiple: true },
  'service-account-max-token-expiration': { type: 'string' },
  'authentication-config': { type: 'string' },
  'oidc-issuer-url': { type: 'string' },
  'oidc-client-id': { type: 'string' },
  'oidc-username-claim': { type: 'string' },
  'oidc-username-prefix': { type: 'string' },
  'oidc-groups-claim': { type: 'string' },
  'oidc-groups-prefix': { type: 'string' },
  'oidc-required-claim': { type: 'string', multiple: true },
  'oidc-signing-algs': { type: 'string', multiple: true },
  'oidc-ca-file': { type: 'string' },
} as const;

type Values = {
  readonly [Name in keyof typeof AUTHENTICATION_OPTIONS]?:
    | ((typeof AUTHENTICATION_OPTIONS)[Name] extends { multiple: true } ? string[] : string)
    | undefined;
};

/** @throws {ConfigError} */
export function readAuthenticationConfig(values: Values, cwd: string): AuthenticationConfig {
  const file = (name: string | undefined) => (name ? path.resolve(cwd, name) : undefined);
  const oidc = readOidcConfig(values, cwd);
  const configFile = file(values['authentication-config']);
  if (configFile && (oidc || values['anonymous-auth'])) {
    throw new ConfigError(
      '--authentication-config takes the place of --oidc-issuer-url and --anonymous-auth: give one or the other',
    );
  }
  return {
    configFile,
    allowAnonymous: toBoolean('--anonymous-auth', values['anonymous-auth'] ?? 'false'),
    tokenAuthFile: file(values['token-auth-file']),
    serviceAccounts: readServiceAccountConfig(values, cwd),
    oidc,
    tls: readTlsConfig(values, file),
  };
}

function readServiceAccountConfig(values: Values, cwd: string): ServiceAccountConfig {
  const signingKeyFile = values['service-account-signing-key-file'];
  const longest = values['service-account-max-token-expiration'];
  const issuers = values['service-account-issuer'] ?? [];
  return {
    signingKeyFile: signingKeyFile ? path.resolve(cwd, signingKeyFile) : undefined,
    keyFiles: (values['service-account-key-file'] ?? []).map((name) => path.resolve(cwd, name)),
    issuers: issuers.length > 0 ? issuers : [DEFAULT_ISSUER],
    apiAudiences: splitList(values['api-audiences']),
    maxTokenExpirationSeconds:
      longest === undefined
        ? undefined
        : seconds('--service-account-max-token-expiration', longest),
  };
}

function readTlsConfig(values: Values, file: (name: string | undefined) => string | undefined) {
  const tls = {
    certFile: file(values['tls-cert-file']),
    privateKeyFile: file(values['tls-private-key-file']),
    clientCaFile: file(values['client-ca-file']),
  };
  if ((tls.certFile === undefined) !== (tls.privateKeyFile === undefined)) {
    throw new ConfigError('--tls-cert-file and --tls-private-key-file belong together: give both');
  }
  const wished = values.tls === undefined ? undefined : toBoolean('--tls', values.tls);
  return { ...tls, enabled: wished ?? tls.certFile !== undefined };
}

function readOidcConfig(values: Values, cwd: string): OidcConfig | undefined {
  const issuerUrl = values['oidc-issuer-url'];
  const clientId = values['oidc-client-id'];
  if (issuerUrl === undefined && clientId === undefined) return undefined;
  if (!issuerUrl || !clientId) {
    throw new ConfigError('--oidc-issuer-url and --oidc-client-id belong together: give both');
  }
  if (!URL.canParse(issuerUrl) || new URL(issuerUrl).protocol !== 'https:') {
    throw new ConfigError(`--oidc-issuer-url is "${issuerUrl}": give an address with https://`);
  }
  const algorithms = splitList(values['oidc-signing-algs']);
  const caFile = values['oidc-ca-file'];
  return {
    issuerUrl,
    clientId,
    usernameClaim: values['oidc-username-claim'] ?? 'sub',
    usernamePrefix: values['oidc-username-prefix'],
    groupsClaim: values['oidc-groups-claim'],
    groupsPrefix: values['oidc-groups-prefix'] ?? '',
    requiredClaims: readRequiredClaims(values['oidc-required-claim'] ?? []),
    signingAlgs: algorithms.length > 0 ? algorithms : ['RS256'],
    caFile: caFile ? path.resolve(cwd, caFile) : undefined,
  };
}

function readRequiredClaims(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
      throw new ConfigError(`--oidc-required-claim is "${word}": give CLAIM=VALUE`);
    }),
  );
}
