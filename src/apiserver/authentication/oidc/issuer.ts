import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../../lib/clock.ts';
import { toError } from '../../../lib/errors.ts';
import { unauthorized } from '../../../scheme/errors.ts';
import { httpsGet } from './https-get.ts';

/** An issuer that could not be reached is tried again after this time, in milliseconds. */
const RETRY_AFTER_MS = 10_000;

export interface IssuerOptions {
  readonly issuerUrl: string;
  /** Where the discovery document is. @default below the issuer's own address */
  readonly discoveryUrl?: string | undefined;
  /** PEM of those who vouch for the issuer's server. @default as the system has it */
  readonly ca?: string | undefined;
  readonly clock: Clock;
}

/**
 * The keys of an OpenID Connect issuer. They are found with the first token, kept, and read anew when a token names one
 * that is not known yet, so that the issuer may change them at any time.
 */
export class OidcIssuer {
  readonly #options: IssuerOptions;
  #keys: Promise<JWTVerifyGetKey> | undefined;
  #failure: { readonly atMs: number; readonly error: Error } | undefined;

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  /** @throws {ApiError} Unauthorized while the issuer cannot be reached, or is another than it should be */
  async keys(): Promise<JWTVerifyGetKey> {
    const { clock } = this.#options;
    if (this.#failure && clock.now() - this.#failure.atMs < RETRY_AFTER_MS) {
      throw this.#failure.error;
    }
    this.#failure = undefined;
    this.#keys ??= this.#discover();
    try {
      return await this.#keys;
    } catch (thrown) {
      this.#keys = undefined;
      const { message } = toError(thrown);
      const error = unauthorized(`the issuer ${this.#options.issuerUrl} is of no use: ${message}`);
      this.#failure = { atMs: clock.now(), error };
      throw error;
    }
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    const { ca, discoveryUrl, issuerUrl } = this.#options;
    const url = discoveryUrl ?? `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await httpsGet(url, { ca });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (document.issuer !== issuerUrl) throw new Error(`${url} is of another issuer`);
    const keysUrl = String(document.jwks_uri);
    if (!URL.canParse(keysUrl) || new URL(keysUrl).protocol !== 'https:') {
      throw new Error(`${url} has no jwks_uri with https://`);
    }
    return createRemoteJWKSet(new URL(keysUrl), {
      // A token that names an unknown key must not make us ask the issuer without end.
      cooldownDuration: RETRY_AFTER_MS,
      [customFetch]: (wanted, { signal }) => httpsGet(wanted, { ca, signal }),
    });
  }
}
