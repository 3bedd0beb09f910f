import { exportJWK, type JWK } from 'jose';
import { DEFAULT_ISSUER, type ServiceAccountTokenOptions } from './token-issuer.ts';

const KEYS_PATH = '/openid/v1/jwks';

/** What others need to verify service account tokens by themselves: OpenID Connect discovery. */
export interface IssuerDiscovery {
  /** `/.well-known/openid-configuration` */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** `/openid/v1/jwks` */
  readonly keys: { readonly keys: readonly JWK[] };
}

/** Undefined when the issuer is no address: then there is nowhere to look. */
export async function describeIssuer({
  keys,
  issuer = DEFAULT_ISSUER,
}: ServiceAccountTokenOptions): Promise<IssuerDiscovery | undefined> {
  if (!URL.canParse(issuer) || new URL(issuer).protocol !== 'https:') return undefined;
  const { verification } = keys;
  return {
    configuration: {
      issuer,
      jwks_uri: `${issuer.replace(/\/$/, '')}${KEYS_PATH}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [
        ...new Set(verification.map(({ algorithm }) => algorithm)),
      ].sort(),
    },
    keys: {
      keys: await Promise.all(
        verification.map(async ({ algorithm, id, publicKey }) => ({
          use: 'sig',
          ...(await exportJWK(publicKey)),
          kid: id,
          alg: algorithm,
        })),
      ),
    },
  };
}
