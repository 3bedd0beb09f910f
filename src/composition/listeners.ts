import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ApiServer } from '../apiserver/api-server.ts';
import type { ServiceAccountTokenOptions } from '../apiserver/authentication/service-accounts/token-issuer.ts';
import type { Config, SecurePort } from '../config.ts';
import type { Door } from '../http/door.ts';
import { createHttpServer, type HttpServer, type ServingTls } from '../http/http-server.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Logger } from '../lib/logger.ts';
import type { ObjectStore } from '../store/store.ts';
import { addIssuerDiscovery } from './issuer-discovery.ts';
import { ConfigError } from './option-values.ts';
import { type Readiness, readyChecks } from './ready-checks.ts';
import { type OpenedTls, servingNamesOf } from './tls.ts';

export interface ListenersOptions {
  readonly config: Config;
  readonly apiServer: ApiServer;
  /** What every listener leads to. */
  readonly doors: readonly Door[];
  /** Whose keys are told to those who want to verify tokens themselves. */
  readonly serviceAccountTokens?: ServiceAccountTokenOptions | undefined;
  /** Of the secure port, and of the other where it is switched to TLS as well. */
  readonly tls: OpenedTls | undefined;
  readonly logger: Logger;
  /** What `/readyz` waits for. */
  readonly readiness: Readiness;
  readonly store: ObjectStore;
}

/** Where a server can be reached. */
export interface Addresses {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** `https://127.0.0.1:6443`; undefined where the secure port is switched off. */
  readonly secureUrl: string | undefined;
}

type PortConfig = Pick<Config, 'host' | 'port' | 'securePort'>;

/**
 * Looks whether the ports are free, before anything is started for them. Somebody may still be faster than we are: then
 * {@link openListeners} says so.
 * @throws {ConfigError} when one is taken
 */
export async function assertPortsAreFree({ host, port, securePort }: PortConfig): Promise<void> {
  await assertPortIsFree('--port', { host, port });
  if (securePort?.isChosen)
    await assertPortIsFree('--secure-port', { host, port: securePort.port });
}

interface Place {
  readonly host: string;
  readonly port: number;
}

async function assertPortIsFree(option: string, place: Place): Promise<void> {
  const probe = createServer();
  probe.listen({ ...place });
  try {
    await once(probe, 'listening');
  } catch (thrown) {
    throw explainListenFailure(option, place, thrown);
  }
  probe.close();
  await once(probe, 'close');
}

/** Opens every door on both ports; `cleanup` stops the doors, then closes. @throws {ConfigError} when a port is taken */
export async function openListeners(
  options: ListenersOptions,
  cleanup: CleanupStack,
): Promise<Addresses> {
  const { config, doors, tls } = options;
  const { authentication, host, port, securePort } = config;
  const main = await createListener(options, authentication.tls.enabled ? tls?.serving : undefined);
  const secure = tls && securePort && (await createListener(options, tls.serving));
  for (const server of [main, secure]) if (server) cleanup.defer(() => server.close());
  for (const door of doors) cleanup.defer(() => door.stop());
  const url = await listen(main, '--port', { host, port });
  const secureUrl = secure && (await listenSecurely(secure, host, securePort));
  return { url, secureUrl };
}

async function createListener(
  options: ListenersOptions,
  tls: ServingTls | undefined,
): Promise<HttpServer> {
  const { apiServer, config, doors, logger, readiness, serviceAccountTokens, store } = options;
  const server = createHttpServer({
    tls,
    logger,
    // A page cannot make its own name lead here over TLS: the certificate does not have it.
    allowedHosts: tls ? servingNamesOf(config) : config.allowedHosts,
    readyChecks: readyChecks(store, readiness),
  });
  for (const door of doors) door.openOn(server);
  if (serviceAccountTokens) {
    await addIssuerDiscovery(server.fastify, serviceAccountTokens, (credentials, path) =>
      apiServer.admitToPath(credentials, path),
    );
  }
  return server;
}

async function listen(server: HttpServer, option: string, place: Place): Promise<string> {
  try {
    return await server.listen(place);
  } catch (thrown) {
    throw explainListenFailure(option, place, thrown);
  }
}

/** The usual port may be another cluster's: the kubeconfig says where this one is. */
async function listenSecurely(
  server: HttpServer,
  host: string,
  { port, isChosen }: SecurePort,
): Promise<string> {
  if (isChosen) return listen(server, '--secure-port', { host, port });
  try {
    return await server.listen({ host, port });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown;
    return listen(server, '--secure-port', { host, port: 0 });
  }
}

function explainListenFailure(option: string, { host, port }: Place, thrown: unknown): unknown {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new ConfigError(
      `port ${port} is in use; stop what listens there, or choose another with ${option}`,
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new ConfigError(`cannot listen on ${host}:${port} (${code}); see --host and ${option}`);
  }
  return thrown;
}
