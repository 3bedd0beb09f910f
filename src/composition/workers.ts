import { hostname } from 'node:os';
import type { ApiServer } from '../apiserver/api-server.ts';
import { CONTROLLER_MANAGER_USER } from '../apiserver/authentication/identities.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import { type Config, ConfigError } from '../config.ts';
import {
  CONTROLLER_NAMES,
  type ControllerName,
  createControllers,
} from '../controllers/controllers.ts';
import { createKubeletControllers } from '../kubelet/kubelet.ts';
import { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Clock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { randomSuffix } from '../lib/random.ts';
import { ApiEventRecorder } from '../machinery/api-event-recorder.ts';
import type { Controller } from '../machinery/controller.ts';
import { ControllerManager } from '../machinery/controller-manager.ts';
import { SharedInformerFactory } from '../machinery/informer-factory.ts';
import type { QueueBackend } from '../machinery/work-queue.ts';
import { createBullmqBackend } from '../queues/bullmq-backend.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import type { GroupResource } from '../scheme/resource.ts';
import { chooseControllers } from './choose-controllers.ts';
import type { Database } from './database.ts';

export interface WorkersOptions {
  readonly config: Config;
  readonly database: Database;
  readonly apiServer: ApiServer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts what this process's roles work on; returns what stops it, or undefined when it has no such role. */
export async function startWorkers(options: WorkersOptions): Promise<CleanupStack | undefined> {
  const controllers = controllersOf(options);
  if (controllers.length === 0) return undefined;
  const cleanup = new CleanupStack();
  try {
    await start(options, controllers, cleanup);
  } catch (thrown) {
    await cleanup.run();
    throw thrown;
  }
  return cleanup;
}

async function start(
  options: WorkersOptions,
  controllers: readonly Controller[],
  cleanup: CleanupStack,
): Promise<void> {
  const { apiServer, clock, database, logger } = options;
  const exclusive = database.isEmbedded;
  const backend = await openQueues(options, exclusive);
  cleanup.defer(() => backend.close());
  const client = createClient(apiServer, {
    user: CONTROLLER_MANAGER_USER,
    fieldManager: 'kube-controller-manager',
  });
  const informers = new SharedInformerFactory({ client, logger });
  informers.start();
  cleanup.defer(() => informers.stop());
  const events = new ApiEventRecorder({ client, source: { component: 'orrery' }, clock, logger });
  cleanup.defer(() => events.stop());
  const identity = `${hostname()}-${process.pid}-${randomSuffix(5)}`;
  const manager = new ControllerManager({
    client,
    informers,
    backend,
    controllers,
    events,
    clock,
    logger,
    ...(exclusive ? {} : { shared: { identity } }),
  });
  cleanup.defer(() => manager.stop());
  await manager.start();
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

function controllersOf({ apiServer, config }: WorkersOptions): readonly Controller[] {
  const roles = new Set(config.roles);
  const controllers: Controller[] = [];
  if (roles.has('controllers')) {
    const names = chooseControllers<ControllerName>(CONTROLLER_NAMES, config.controllers);
    const options = {
      resources: apiServer.scheme.served(),
      findResource: ({ group, resource }: GroupResource) =>
        apiServer.scheme.preferred(group, resource),
      nodeMonitorGracePeriodMs: config.nodeMonitorGracePeriodSeconds * 1_000,
      nodeStartupGracePeriodMs: config.nodeStartupGracePeriodSeconds * 1_000,
    };
    controllers.push(...createControllers(options, names));
  }
  if (roles.has('scheduler')) controllers.push(createScheduler());
  if (roles.has('kubelets')) controllers.push(...createKubeletControllers(heartbeat(config)));
  return controllers;
}

/** As upstream's kubelets do: a Lease is renewed four times within the time for which it is good. */
const RENEWALS_PER_LEASE = 4;
const MAX_LEASE_SECONDS = 40;

/** Kubelets beat often enough for the grace period that the node lifecycle controller gives them. */
function heartbeat({ nodeMonitorGracePeriodSeconds }: Config) {
  const leaseDurationSeconds = Math.min(MAX_LEASE_SECONDS, nodeMonitorGracePeriodSeconds);
  return {
    leaseDurationSeconds,
    leaseRenewMs: (leaseDurationSeconds * 1_000) / RENEWALS_PER_LEASE,
  };
}
