import type { ApiServer } from '../apiserver/api-server.ts';
import {
  CONTROLLER_MANAGER_USER,
  KUBELET_HOST_USER,
  nodeUser,
  SCHEDULER_USER,
  SIMULATION_USER,
} from '../apiserver/authentication/identities.ts';
import {
  type LegacyTokenSubject,
  signLegacyToken,
} from '../apiserver/authentication/service-accounts/legacy-token.ts';
import type { ServiceAccountKeys } from '../apiserver/authentication/service-accounts/signing-keys.ts';
import type { ApiClient } from '../apiserver/client.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import type { Config } from '../config.ts';
import type { CertificateAuthority } from '../controllers/certificate-signer/authority.ts';
import {
  CONTROLLER_NAMES,
  type ControllerName,
  createControllers,
} from '../controllers/controllers.ts';
import { DEFAULT_EVICTION_RATES } from '../controllers/node-lifecycle/zones.ts';
import { createKubeletControllers } from '../kubelet/kubelet.ts';
import { Simulation } from '../kubelet/simulation/simulation.ts';
import { createSimulationControllers } from '../kubelet/simulation/simulation-controllers.ts';
import { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Clock } from '../lib/clock.ts';
import type { ContainerLog } from '../lib/container-log.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import type { WorkGauge } from '../lib/work-gauge.ts';
import type { Controller } from '../machinery/controller.ts';
import type { QueueBackend } from '../machinery/work-queue.ts';
import { createBullmqBackend } from '../queues/bullmq-backend.ts';
import type { SchedulerConfiguration } from '../scheduler/configuration/scheduler-configuration.ts';
import type { DecisionSettings } from '../scheduler/decisions/decision-recorder.ts';
import { createScheduler, type SchedulerOptions } from '../scheduler/scheduler.ts';
import type { GroupResource } from '../scheme/resource.ts';
import { chooseControllers } from './choose-controllers.ts';
import { type Component, controllerClient, startComponent } from './component.ts';
import type { Database } from './database.ts';
import { ConfigError } from './option-values.ts';
import { servesDeviceTaintRules, servesSimulation } from './served-kinds.ts';

export interface WorkersOptions {
  readonly config: Config;
  readonly database: Database;
  readonly apiServer: ApiServer;
  /** Opens the authority that signs certificate requests. */
  readonly certificateAuthority: () => Promise<CertificateAuthority>;
  /** Sign the tokens that Secrets hold. */
  readonly serviceAccountKeys: ServiceAccountKeys;
  /** Where simulated containers print to. */
  readonly containerLog: ContainerLog;
  readonly schedulerConfiguration: SchedulerConfiguration;
  /** Where the scheduler tells what it decides. */
  readonly decisions: DecisionSettings;
  readonly metrics: MetricRegistry;
  /** Is told what there is to do. */
  readonly work: WorkGauge;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts what this process's roles work on; returns what stops it, or undefined when it has no such role. */
export async function startWorkers(options: WorkersOptions): Promise<CleanupStack | undefined> {
  const components = componentsOf(options);
  if (components.every(({ controllers }) => controllers.length === 0)) return undefined;
  const cleanup = new CleanupStack();
  try {
    await start(options, components, cleanup);
  } catch (thrown) {
    await cleanup.run();
    throw thrown;
  }
  return cleanup;
}

async function start(
  options: WorkersOptions,
  components: readonly Component[],
  cleanup: CleanupStack,
): Promise<void> {
  const { apiServer, clock, database, logger, metrics, work } = options;
  const isShared = !database.isEmbedded;
  const backend = await openQueues(options, !isShared);
  cleanup.defer(() => backend.close());
  const environment = { apiServer, backend, clock, isShared, logger, metrics, work };
  await Promise.all(components.map((component) => startComponent(component, environment, cleanup)));
}

async function openQueues(
  { config, database, logger }: WorkersOptions,
  exclusive: boolean,
): Promise<QueueBackend> {
  const { redisUrl } = config;
  const shared = { databaseUrl: database.url, exclusive, logger };
  if (redisUrl === undefined) return createBullmqBackend(shared);
  try {
    return await createBullmqBackend({ ...shared, redisUrl });
  } catch (thrown) {
    // The server is the user's own, and theirs to mend.
    throw new ConfigError(`REDIS_URL: ${toError(thrown).message}`);
  }
}

/** One process is the kubelet of thousands of nodes, each of which would remember 4,096 by itself; about 250 bytes each. */
const MAX_KUBELET_EVENT_SUBJECTS = 32_768;

function componentsOf(options: WorkersOptions): readonly Component[] {
  const { apiServer, config, containerLog } = options;
  const roles = new Set(config.roles);
  const simulation = new Simulation(servesSimulation(apiServer));
  return [
    {
      name: 'kube-controller-manager',
      user: CONTROLLER_MANAGER_USER,
      controllers: roles.has('controllers') ? controllersOf(options) : [],
      clientFor: (controller) => controllerClient(apiServer, controller),
    },
    {
      name: 'kube-scheduler',
      user: SCHEDULER_USER,
      controllers: roles.has('scheduler') ? [createScheduler(schedulerOptions(options))] : [],
      leaseName: 'kube-scheduler',
    },
    {
      name: 'kubelet',
      user: KUBELET_HOST_USER,
      controllers: roles.has('kubelets')
        ? createKubeletControllers({
            settings: kubeletSettings(config),
            clientFor: (node) => kubeletClient(apiServer, node),
            containerLog,
            simulation,
          })
        : [],
      maxEventSubjects: MAX_KUBELET_EVENT_SUBJECTS,
    },
    {
      name: 'simulation',
      user: SIMULATION_USER,
      controllers: roles.has('kubelets') ? createSimulationControllers(simulation) : [],
    },
  ];
}

function controllersOf({
  apiServer,
  certificateAuthority,
  config,
  serviceAccountKeys,
}: WorkersOptions): readonly Controller[] {
  const names = chooseControllers<ControllerName>(CONTROLLER_NAMES, config.controllers);
  const options = {
    certificateAuthority,
    signToken: (subject: LegacyTokenSubject) => signLegacyToken(serviceAccountKeys, subject),
    rootCertificate: async () => (await certificateAuthority()).certificate,
    resources: apiServer.scheme,
    hasDeviceTaintRules: servesDeviceTaintRules(apiServer),
    findResource: ({ group, resource }: GroupResource) =>
      apiServer.scheme.preferred(group, resource),
    types: apiServer.scheme,
    ...config.network,
    disableForceDetachOnTimeout: config.disableForceDetachOnTimeout,
    eventTtlMs: config.eventTtlSeconds * 1_000,
    evictionRates: { ...DEFAULT_EVICTION_RATES, ratePerSecond: config.nodeEvictionRate },
    nodeMonitorGracePeriodMs: config.nodeMonitorGracePeriodSeconds * 1_000,
    nodeStartupGracePeriodMs: config.nodeStartupGracePeriodSeconds * 1_000,
  };
  return createControllers(options, names);
}

function schedulerOptions({
  decisions,
  schedulerConfiguration: configuration,
  apiServer,
}: WorkersOptions): SchedulerOptions {
  return { configuration, decisions, hasDeviceTaintRules: servesDeviceTaintRules(apiServer) };
}

function kubeletClient(apiServer: ApiServer, nodeName: string): ApiClient {
  return createClient(apiServer, { user: nodeUser(nodeName), fieldManager: 'kubelet' });
}

/** As upstream's kubelets do: a Lease is renewed four times within the time for which it is good. */
const RENEWALS_PER_LEASE = 4;
const MAX_LEASE_SECONDS = 40;

/** Kubelets beat often enough for the grace period that the node lifecycle controller gives them. */
function kubeletSettings({ network, nodeMonitorGracePeriodSeconds }: Config) {
  const leaseDurationSeconds = Math.min(MAX_LEASE_SECONDS, nodeMonitorGracePeriodSeconds);
  return {
    clusterCidrs: network.clusterCidrs,
    ...(network.nodeMasks ? { nodeMasks: network.nodeMasks } : {}),
    leaseDurationSeconds,
    leaseRenewMs: (leaseDurationSeconds * 1_000) / RENEWALS_PER_LEASE,
  };
}
