import type { FastifyInstance } from 'fastify';
import type { Credentials } from '../apiserver/authentication/authenticator.ts';
import { describeIssuer } from '../apiserver/authentication/service-accounts/discovery.ts';
import type { ServiceAccountTokenOptions } from '../apiserver/authentication/service-accounts/token-issuer.ts';
import { credentialsOf } from '../http/credentials.ts';

/** Kubernetes' answer may be kept for an hour: keys are rotated by adding one long before it signs. */
const CACHE_CONTROL = 'public, max-age=3600';

/** OpenID Connect discovery of the service account issuer, for whoever may read its paths. */
export async function addIssuerDiscovery(
  http: FastifyInstance,
  tokens: ServiceAccountTokenOptions,
  admit: (credentials: Credentials, path: string) => Promise<void>,
): Promise<void> {
  const discovery = await describeIssuer(tokens);
  if (!discovery) return;
  const serve = (url: string, contentType: string, document: object): void => {
    http.get(url, async (request, reply) => {
      await admit(credentialsOf(request.raw), url);
      return reply
        .type(contentType)
        .header('cache-control', CACHE_CONTROL)
        .send(JSON.stringify(document));
    });
  };
  serve('/.well-known/openid-configuration', 'application/json', discovery.configuration);
  serve('/openid/v1/jwks', 'application/jwk-set+json', discovery.keys);
}
