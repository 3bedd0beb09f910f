import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ApiServer } from '../apiserver/api-server.ts';
import type { ServiceAccountTokenOptions } from '../apiserver/authentication/service-accounts/token-issuer.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import type { Config } from '../config.ts';
import { createGraphqlDoor } from '../graphql/server.ts';
import { createHttpServer, type ServingTls } from '../http/http-server.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createRestDoor } from '../rest/server.ts';
import { addIssuerDiscovery } from './issuer-discovery.ts';
import { ConfigError } from './option-values.ts';
import { serverVersion } from './version.ts';

export interface DoorOptions {
  readonly config: Config;
  readonly apiServer: ApiServer;
  /** Whose keys are told to those who want to verify tokens themselves. */
  readonly serviceAccountTokens?: ServiceAccountTokenOptions | undefined;
  /** Undefined for plain HTTP. */
  readonly tls: ServingTls | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What `/readyz` waits for. */
  readonly readiness: { readonly workersStarted: boolean };
}

/**
 * Looks whether the door will open, before anything is started for it. Somebody may still be faster than we are: then
 * {@link openDoor} says so.
 * @throws {ConfigError} when the port is taken
 */
export async function assertPortIsFree(config: Pick<Config, 'host' | 'port'>): Promise<void> {
  const probe = createServer();
  probe.listen({ host: config.host, port: config.port });
  try {
    await once(probe, 'listening');
  } catch (thrown) {
    throw explainListenFailure(config, thrown);
  }
  probe.close();
  await once(probe, 'close');
}

/** Opens the GraphQL door; returns its address. @throws {ConfigError} when the port is taken */
export async function openDoor(options: DoorOptions, cleanup: CleanupStack): Promise<string> {
  const { apiServer, clock, config, logger, readiness, tls } = options;
  const { serviceAccountTokens } = options;
  const door = createGraphqlDoor({
    scheme: apiServer.scheme,
    version: serverVersion(),
    authenticate: (credentials) => apiServer.authenticate(credentials),
    takeTurn: (user, path) => apiServer.takeTurn(user, path),
    clientFor: (identity) => createClient(apiServer, { ...identity, isLimited: true }),
    logger,
    clock,
    introspection: config.introspection,
  });
  const rest = createRestDoor({
    scheme: apiServer.scheme,
    authenticate: (credentials) => apiServer.authenticate(credentials),
    takeTurn: (user, path) => apiServer.takeTurn(user, path),
    clientFor: (identity, extras) =>
      createClient(apiServer, { ...identity, ...extras, isLimited: true }),
    admitToPath: (credentials, path) => apiServer.admitToPath(credentials, path),
    logger,
    clock,
  });
  await door.start();
  await rest.start();
  const server = createHttpServer({
    tls,
    logger,
    allowedHosts: config.allowedHosts,
    notReady: () => (readiness.workersStarted ? [] : ['workers']),
  });
  door.openOn(server);
  rest.openOn(server);
  if (serviceAccountTokens) {
    await addIssuerDiscovery(server.fastify, serviceAccountTokens, (credentials, path) =>
      apiServer.admitToPath(credentials, path),
    );
  }
  cleanup.defer(() => server.close());
  cleanup.defer(() => door.stop());
  cleanup.defer(() => rest.stop());
  try {
    return await server.listen({ host: config.host, port: config.port });
  } catch (thrown) {
    throw explainListenFailure(config, thrown);
  }
}

function explainListenFailure(
  { host, port }: Pick<Config, 'host' | 'port'>,
  thrown: unknown,
): unknown {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new ConfigError(
      `port ${port} is in use; stop what listens there, or choose another with --port`,
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new ConfigError(`cannot listen on ${host}:${port} (${code}); see --host and --port`);
  }
  return thrown;
}
