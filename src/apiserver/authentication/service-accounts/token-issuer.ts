import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../../lib/clock.ts';
import { serviceAccountUserName } from '../identities.ts';
import { KUBERNETES_CLAIM, type KubernetesClaims, type TokenClaims } from './claims.ts';
import type { ServiceAccountKeys } from './signing-keys.ts';

export interface ServiceAccountTokenOptions {
  readonly keys: ServiceAccountKeys;
  /** Who signs: the `iss` of new tokens. @default 'https://kubernetes.default.svc.cluster.local' */
  readonly issuer?: string;
  /** Further issuers whose tokens are good, while a cluster changes its issuer. @default [] */
  readonly acceptedIssuers?: readonly string[];
  /** Whom tokens are meant for that are shown to the API server. @default the issuer */
  readonly audiences?: readonly string[];
  /** The longest life of a token, in seconds; longer wishes are cut. @default none */
  readonly maxExpirationSeconds?: number | undefined;
  /** Whether tokens of Pods outlive their hour by a year, for programs that read theirs once. @default true */
  readonly extendExpiration?: boolean;
}

export const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** The audiences of the API server. */
export function apiAudiencesOf(options: ServiceAccountTokenOptions | undefined): readonly string[] {
  return options?.audiences ?? [options?.issuer ?? DEFAULT_ISSUER];
}

export interface TokenWish {
  readonly kubernetes: KubernetesClaims;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** Signs service account tokens. */
export class TokenIssuer {
  readonly options: ServiceAccountTokenOptions;
  readonly #clock: Clock;

  constructor(options: ServiceAccountTokenOptions, clock: Clock) {
    this.options = options;
    this.#clock = clock;
  }

  async issue({ kubernetes, audiences, expirationSeconds }: TokenWish): Promise<string> {
    const { keys, issuer = DEFAULT_ISSUER } = this.options;
    const now = this.nowSeconds();
    const claims: TokenClaims = {
      iss: issuer,
      sub: serviceAccountUserName(kubernetes.namespace, kubernetes.serviceaccount.name),
      aud: audiences,
      iat: now,
      nbf: now,
      exp: now + expirationSeconds,
      jti: randomUUID(),
      [KUBERNETES_CLAIM]: kubernetes,
    };
    const { algorithm, id, privateKey } = keys.signing;
    return new SignJWT({ ...claims, aud: [...audiences] })
      .setProtectedHeader({ alg: algorithm, kid: id })
      .sign(privateKey);
  }

  nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }
}
