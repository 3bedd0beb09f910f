import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import { qualifiedName } from '../scheme/resource.ts';
import { createAdmissionPlugins } from './admission/plugin-table.ts';
import type { ApiServerOptions } from './api-server-options.ts';
import { createRequestAuthenticator } from './authentication/create-request-authenticator.ts';
import type { LegacyTokenTracker } from './authentication/service-accounts/legacy-token-tracker.ts';
import { TokenIssuer } from './authentication/service-accounts/token-issuer.ts';
import type { Authorization } from './authorization/authorization.ts';
import { createUsageMetrics } from './computed/usage-metrics.ts';
import { openDefinitions } from './custom-resources/open-definitions.ts';
import { flowSchemaCompanions } from './fairness/flow-schema-companions.ts';
import { Registry } from './registry/registry.ts';
import { ServedResources } from './registry/served-resources.ts';
import { createServiceCompanions, type ServiceRanges } from './services/service-companions.ts';
import { WebhookClient } from './webhooks/webhook-client.ts';

/** Puts together what the verbs share, with the defaults of what the options leave out. */
export function createRegistry(
  options: ApiServerOptions,
  authorization: Authorization,
  ranges: ServiceRanges,
  legacyTokens: LegacyTokenTracker,
): Registry {
  const { store, scheme, clock = systemClock, logger = silentLogger } = options;
  const { serviceAccountTokens } = options;
  const tokens = serviceAccountTokens && new TokenIssuer(serviceAccountTokens, clock);
  return new Registry({
    store,
    resources: new ServedResources({
      scheme,
      store,
      plugins: [
        openDefinitions,
        ...(options.admissionPlugins ?? createAdmissionPlugins()),
        ...authorization.guards,
      ],
      webhooks: new WebhookClient(),
      companions: new Map([
        ['services', createServiceCompanions(ranges)],
        ['flowschemas.flowcontrol.apiserver.k8s.io', flowSchemaCompanions],
      ]),
      computed: new Map(
        createUsageMetrics(clock, options.podBehaviour).map((computed) => [
          qualifiedName(computed.resource),
          computed,
        ]),
      ),
    }),
    authorization,
    authenticator: createRequestAuthenticator({
      authenticators: options.authenticators ?? [],
      allowAnonymous: options.allowAnonymous ?? false,
      tokens,
      onLegacyTokenUse: (secret) => legacyTokens.noteUse(secret),
      store,
      clock,
      logger,
    }),
    tokens,
    clock,
    ioClock: options.ioClock ?? systemClock,
    random: options.random ?? systemRandom,
    logger,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    minimumVersionTimeoutMs: options.minimumVersionTimeoutMs ?? 3_000,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 10_000,
  });
}
