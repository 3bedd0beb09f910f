/**
 * The composition root: puts the rooms together into one running control plane, according to its configuration.
 *
 *   database → store → scheme → API server → GraphQL door → informers, controllers, scheduler, kubelets
 *
 * Everything is started in that order and stopped in the reverse one; a failure on the way stops what was started.
 */
import { createAdmissionPlugins } from './apiserver/admission/plugin-table.ts';
import { ApiServer } from './apiserver/api-server.ts';
import { ADMIN_USER, APISERVER_USER } from './apiserver/authentication/identities.ts';
import type { ApiClient } from './apiserver/client.ts';
import type { Timekeeper } from './apiserver/cluster-time/timekeeper.ts';
import { createClient } from './apiserver/in-process-client.ts';
import type { DecisionSource } from './apiserver/scheduling/pod-decisions.ts';
import type { SchedulingSimulator } from './apiserver/scheduling/simulate-scheduling.ts';
import { type Audit, startAudit } from './composition/audit.ts';
import { type AuthenticationOptions, openAuthentication } from './composition/authentication.ts';
import { createAuthorityOpener } from './composition/cluster-authority.ts';
import { createClusterClock } from './composition/cluster-clock.ts';
import { type ContainerLogs, openContainerLogs } from './composition/container-logs.ts';
import { openContainerStreams } from './composition/container-streams.ts';
import { type Database, openDatabase } from './composition/database.ts';
import { startDoors } from './composition/doors.ts';
import { readEncryption, startWithKeys } from './composition/encryption.ts';
import { createInitialNodes, createInitialStorage } from './composition/initial-objects.ts';
import { kubeconfigFileOf, writeKubeconfig } from './composition/kubeconfig.ts';
import {
  type Addresses,
  assertPortsAreFree,
  type ListenersOptions,
  openListeners,
} from './composition/listeners.ts';
import { ConfigError } from './composition/option-values.ts';
import { readSchedulerConfiguration } from './composition/scheduler-configuration.ts';
import { openSchedulingDecisions } from './composition/scheduling-decisions.ts';
import { openSchedulingSimulator } from './composition/scheduling-simulator.ts';
import { withStoredVersions } from './composition/stored-versions.ts';
import { openTls } from './composition/tls.ts';
import { startWorkers } from './composition/workers.ts';
import type { Config } from './config.ts';
import { openDataDirectory, readOrCreateToken } from './data-directory.ts';
import { createPodBehaviour } from './kubelet/simulation/pod-behaviour.ts';
import { CleanupStack } from './lib/cleanup-stack.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import type { ContainerStreams } from './lib/container-streams.ts';
import { type Logger, silentLogger } from './lib/logger.ts';
import { MetricRegistry } from './lib/metrics.ts';
import { STRATEGIES } from './scheme/groups/strategies.ts';
import { RuntimeConfigError } from './scheme/runtime-config.ts';
import { createScheme, type Scheme } from './scheme/scheme.ts';
import { createStore } from './store/postgres-store.ts';
import type { ObjectStore } from './store/store.ts';

export interface ControlPlaneOptions {
  readonly config: Config;
  readonly logger?: Logger;
  /** What the cluster's clock runs against. @default real time */
  readonly realClock?: Clock;
  /** Hears what is being done while starting. */
  readonly onProgress?: (message: string) => void;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

export interface ControlPlane extends AsyncDisposable {
  /** Where the doors are: `http://127.0.0.1:4000`; undefined without the api role. */
  readonly url?: string;
  /** As {@link ControlPlane.url}, with TLS; undefined where the secure port is switched off as well. */
  readonly secureUrl?: string | undefined;
  /** The administrator's bearer token. */
  readonly token: string;
  /** The API in this process, as the administrator. */
  readonly client: ApiClient;
  /** Resolves when it cannot go on: its embedded database is lost. */
  readonly failure: Promise<Error>;
  /** Ends open streams, lets running work finish, stops everything that was started. */
  stop(): Promise<void>;
}

/** Starts a control plane; resolves when everything serves. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const cleanup = new CleanupStack();
  try {
    return await start(options, cleanup);
  } catch (thrown) {
    await cleanup.run();
    throw thrown;
  }
}

async function start(options: ControlPlaneOptions, cleanup: CleanupStack): Promise<ControlPlane> {
  const { config, realClock = systemClock, logger = silentLogger, signal } = options;
  const { onProgress = () => undefined } = options;
  const scheme = buildScheme(config);
  const configuration = readSchedulerConfiguration(config);
  if (config.roles.includes('api')) await assertPortsAreFree(config);
  openDataDirectory(config.dataDirectory);
  const token = readOrCreateToken(config.dataDirectory);
  const authentication = openAuthentication(config, token);
  const certificateAuthority = createAuthorityOpener(config.dataDirectory);
  const tls = await openTls(config, certificateAuthority);
  const database = await openDatabase({ config, logger, onProgress, signal });
  cleanup.defer(() => database.stop());
  signal?.throwIfAborted();
  onProgress('Starting the API server');
  const metrics = new MetricRegistry();
  const clusterClock = createClusterClock(realClock, config);
  const { clock, work } = clusterClock;
  const store = await startStore({ config, database, scheme, metrics, clock, logger }, cleanup);
  const timekeeper = await clusterClock.startTimekeeper(store, logger, cleanup);
  const audit = startAudit({ config, database, logger }, cleanup);
  const containerLogs = openContainerLogs({ config, database, clock, logger }, cleanup);
  const containers = openContainerStreams({ containerLogs, clock, logger }, cleanup);
  const decisions = openSchedulingDecisions({ config, database, metrics, clock, logger }, cleanup);
  const simulator = openSchedulingSimulator({ configuration, clock, logger }, cleanup);
  const parts = { config, store, scheme, authentication, audit, containerLogs, clock, logger };
  const apiServer = createApiServer({
    ...parts,
    decisions: decisions.source,
    schedulingSimulator: simulator.ofApi,
    metrics,
    timekeeper,
    containerStreams: containers.streams,
  });
  cleanup.defer(() => apiServer.stop());
  await apiServer.start();
  containers.connect(apiServer);
  simulator.connect(apiServer);
  containerLogs.startRetention(createClient(apiServer, { user: APISERVER_USER }));
  const { serviceAccountTokens } = authentication;
  const readiness = { workersStarted: false };
  const shared = { config, apiServer, metrics, clock, logger };
  const addresses = config.roles.includes('api')
    ? await openDoors({ ...shared, store, serviceAccountTokens, tls, readiness, token }, cleanup)
    : undefined;
  onProgress('Starting scheduler, controllers and nodes');
  const client = createClient(apiServer, { user: ADMIN_USER, fieldManager: 'orrery' });
  const workers = await startWorkers({
    ...shared,
    database,
    work,
    certificateAuthority,
    serviceAccountKeys: serviceAccountTokens.keys,
    containerLog: containerLogs.log,
    schedulerConfiguration: configuration,
    decisions: decisions.settings,
  });
  if (workers) cleanup.defer(() => workers.run());
  await createInitialObjects(apiServer, config);
  readiness.workersStarted = true;
  const stop = () => cleanup.run();
  const { failure } = database;
  return { ...addresses, token, client, failure, stop, [Symbol.asyncDispose]: stop };
}

/** What a new cluster has from its first moment: its nodes and the storage that goes with them. */
async function createInitialObjects(apiServer: ApiServer, config: Config): Promise<void> {
  const asServer = createClient(apiServer, { user: APISERVER_USER });
  if (config.roles.includes('kubelets')) await createInitialNodes(asServer, config.initialNodes);
  if (config.roles.includes('controllers')) await createInitialStorage(asServer);
}

interface OpenDoorsOptions extends Omit<ListenersOptions, 'doors'> {
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
  /** The administrator's. */
  readonly token: string;
}

/** Opens the doors, and leaves a kubeconfig that leads to them. */
async function openDoors(options: OpenDoorsOptions, cleanup: CleanupStack): Promise<Addresses> {
  const { config, tls, token } = options;
  const doors = await startDoors(options);
  const addresses = await openListeners({ ...options, doors }, cleanup);
  if (addresses.secureUrl) {
    writeKubeconfig(kubeconfigFileOf(config.dataDirectory), {
      server: addresses.secureUrl,
      certificateAuthority: tls?.authority,
      token,
    });
  }
  return addresses;
}

function buildScheme({ runtimeConfig }: Config): Scheme {
  try {
    return createScheme({ strategies: STRATEGIES, runtimeConfig: runtimeConfig.join(',') });
  } catch (thrown) {
    if (thrown instanceof RuntimeConfigError) throw new ConfigError(thrown.message);
    throw thrown;
  }
}

/** Pages of a list, and watches that begin again, go on where they were even on the fastest clock. */
const MIN_REAL_RETENTION_MS = 5 * 60_000;

interface StoreParts {
  readonly config: Config;
  readonly database: Database;
  readonly scheme: Scheme;
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

async function startStore(parts: StoreParts, cleanup: CleanupStack): Promise<ObjectStore> {
  const { config, database, scheme, metrics, clock, logger } = parts;
  const retentionMs = config.retentionSeconds * 1_000;
  const codec = withStoredVersions(readEncryption(config), scheme);
  const store = createStore({
    url: database.url,
    metrics,
    clock,
    logger,
    retentionMs,
    minRealRetentionMs: Math.min(retentionMs, MIN_REAL_RETENTION_MS),
    codec,
  });
  cleanup.defer(() => store.stop());
  await startWithKeys(store, config);
  return store;
}

interface ApiServerParts {
  readonly config: Config;
  readonly store: ObjectStore;
  readonly scheme: Scheme;
  readonly authentication: AuthenticationOptions;
  readonly metrics: MetricRegistry;
  readonly timekeeper: Timekeeper;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: Audit;
  readonly containerLogs: ContainerLogs;
  readonly containerStreams: ContainerStreams;
  readonly decisions: DecisionSource;
  readonly schedulingSimulator: SchedulingSimulator;
}

function createApiServer(options: ApiServerParts): ApiServer {
  const { config, authentication, audit, containerLogs, ...parts } = options;
  return new ApiServer({
    ...parts,
    ...authentication,
    ...audit,
    containerLogs: containerLogs.source,
    podBehaviour: createPodBehaviour(parts.scheme),
    admissionPlugins: createAdmissionPlugins(
      { tolerationSeconds: config.defaultTolerationSeconds },
      { enable: config.enableAdmissionPlugins, disable: config.disableAdmissionPlugins },
    ),
    authorizationModes: config.authorizationModes,
    maxRequestsInFlight: config.maxRequestsInFlight,
    serviceCidrs: config.network.serviceCidrs,
    nodePorts: config.network.nodePorts,
    apiPort: config.securePort?.port || config.port,
  });
}
