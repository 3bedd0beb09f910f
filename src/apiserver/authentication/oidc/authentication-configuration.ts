/**
 * Kubernetes' AuthenticationConfiguration (apiserver.config.k8s.io): any number of token issuers, with what their claims
 * mean written as CEL expressions, and whether anonymous requests come in.
 */
import type { Clock } from '../../../lib/clock.ts';
import { ConfigurationReader } from '../../../lib/configuration-reader.ts';
import type { Authenticator } from '../authenticator.ts';
import {
  createOidcAuthenticator,
  type OidcOptions,
  SIGNING_ALGORITHMS,
} from './oidc-authenticator.ts';
import { toFieldText } from './problem-text.ts';
import { readMapping } from './structured-mapping.ts';

const API_VERSIONS = [
  'apiserver.config.k8s.io/v1',
  'apiserver.config.k8s.io/v1beta1',
  'apiserver.config.k8s.io/v1alpha1',
];
const KIND = 'AuthenticationConfiguration';
const MAX_ISSUERS = 64;
export interface StructuredAuthentication {
  readonly authenticators: readonly Authenticator[];
  /** Undefined when the file does not say. */
  readonly allowAnonymous: boolean | undefined;
}

/** @param document what the YAML says @throws {Error} with everything that is wrong, by field path */
export function createStructuredAuthentication(
  document: unknown,
  { clock, serviceAccountIssuers }: { clock: Clock; serviceAccountIssuers: readonly string[] },
): StructuredAuthentication {
  const reader = new ConfigurationReader();
  const known = ['apiVersion', 'kind', 'jwt', 'anonymous'];
  const { apiVersion, kind, jwt, anonymous } = reader.object(document, '', known);
  if (!API_VERSIONS.includes(String(apiVersion)) || kind !== KIND) {
    throw new Error(`expected apiVersion ${API_VERSIONS[0]} and kind ${KIND}`);
  }
  const entries = reader.list(jwt, 'jwt');
  if (entries.length > MAX_ISSUERS) {
    reader.refuse('jwt', entries.length, `must have at most ${MAX_ISSUERS} items`);
  }
  const taken = new Set(serviceAccountIssuers);
  const options = entries.map((entry, at) => readEntry(reader, entry, `jwt[${at}]`, taken));
  const allowAnonymous = readAnonymous(reader, anonymous);
  const { problems } = reader;
  if (problems.length > 0) throw new Error(problems.map(toFieldText).join('; '));
  return {
    allowAnonymous,
    authenticators: options.map((one) => createOidcAuthenticator({ ...one, clock })),
  };
}

function readEntry(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
  taken: Set<string>,
): Omit<OidcOptions, 'clock'> {
  const known = ['issuer', 'claimMappings', 'claimValidationRules', 'userValidationRules'];
  const entry = reader.object(value, path, known);
  return {
    ...readIssuer(reader, entry.issuer, `${path}.issuer`, taken),
    signingAlgs: SIGNING_ALGORITHMS,
    toUser: readMapping(reader, entry, path),
  };
}

const ISSUER_FIELDS = [
  'url',
  'discoveryURL',
  'certificateAuthority',
  'audiences',
  'audienceMatchPolicy',
];

function readIssuer(reader: ConfigurationReader, value: unknown, path: string, taken: Set<string>) {
  const issuer = reader.object(value, path, ISSUER_FIELDS);
  const issuerUrl = reader.requiredText(issuer.url, `${path}.url`);
  checkUrl(reader, issuerUrl, `${path}.url`);
  if (taken.has(issuerUrl)) {
    reader.refuse(
      `${path}.url`,
      issuerUrl,
      'is the issuer of another entry, or of service accounts',
    );
  }
  taken.add(issuerUrl);
  const discoveryUrl = reader.text(issuer.discoveryURL, `${path}.discoveryURL`);
  if (discoveryUrl) checkUrl(reader, discoveryUrl, `${path}.discoveryURL`);
  if (discoveryUrl && withoutSlash(discoveryUrl) === withoutSlash(issuerUrl)) {
    reader.refuse(`${path}.discoveryURL`, discoveryUrl, 'discoveryURL must be different from URL');
  }
  const ca = reader.text(issuer.certificateAuthority, `${path}.certificateAuthority`);
  return {
    issuerUrl,
    audiences: readAudiences(reader, issuer, path),
    ...(discoveryUrl ? { discoveryUrl } : {}),
    ...(ca ? { ca } : {}),
  };
}

function readAudiences(
  reader: ConfigurationReader,
  issuer: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] {
  const audiences = reader.texts(issuer.audiences, `${path}.audiences`);
  const policy = reader.text(issuer.audienceMatchPolicy, `${path}.audienceMatchPolicy`) ?? '';
  if (audiences.length === 0) {
    reader.refuse(`${path}.audiences`, [], 'at least one is required');
  }
  const isGood = policy === 'MatchAny' || (policy === '' && audiences.length <= 1);
  if (!isGood) {
    const detail = 'audienceMatchPolicy must be MatchAny for multiple audiences';
    reader.refuse(`${path}.audienceMatchPolicy`, policy, detail);
  }
  return audiences;
}

function checkUrl(reader: ConfigurationReader, url: string, path: string): void {
  if (url === '') return;
  if (!URL.canParse(url)) {
    reader.refuse(path, url, 'is no URL');
    return;
  }
  const { protocol, username, password, search, hash } = new URL(url);
  if (protocol !== 'https:') reader.refuse(path, url, 'URL scheme must be https');
  if (username || password) {
    reader.refuse(path, '<omitted>', 'URL must not contain a username or password');
  }
  if (search) reader.refuse(path, url, 'URL must not contain a query');
  if (hash) reader.refuse(path, url, 'URL must not contain a fragment');
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function readAnonymous(reader: ConfigurationReader, value: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  const { conditions, enabled } = reader.object(value, 'anonymous', ['enabled', 'conditions']);
  if (reader.list(conditions, 'anonymous.conditions').length > 0) {
    // Everything of the API is at one path: a condition on paths could only shut all of it.
    const detail = 'cannot be used here: authorize system:anonymous for what it may do instead';
    reader.refuse('anonymous.conditions', '<omitted>', detail);
  }
  return reader.boolean(enabled, 'anonymous.enabled') ?? false;
}
