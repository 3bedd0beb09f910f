import { hostname } from 'node:os';
import type { ApiServer } from '../apiserver/api-server.ts';
import { controllerUser } from '../apiserver/authentication/identities.ts';
import type { ApiClient, UserInfo } from '../apiserver/client.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import { randomSuffix } from '../lib/random.ts';
import type { WorkGauge } from '../lib/work-gauge.ts';
import { ApiEventRecorder } from '../machinery/api-event-recorder.ts';
import type { Controller } from '../machinery/controller.ts';
import { ControllerManager } from '../machinery/controller-manager.ts';
import { SharedInformerFactory } from '../machinery/informer-factory.ts';
import type { QueueBackend } from '../machinery/work-queue.ts';

/** A part of the control plane with an identity of its own: what it may see and do is its role's to say. */
export interface Component {
  /** Kubernetes' name of it, recorded as the author of its changes. */
  readonly name: string;
  /** As whom it watches, and contends for leases. */
  readonly user: UserInfo;
  readonly controllers: readonly Controller[];
  /** What each controller acts by. @default the component's own client */
  readonly clientFor?: (controller: Controller) => ApiClient;
  /** The Lease by which one of several processes runs a singleton. @default the controller's own */
  readonly leaseName?: string;
  /** Pairs of an Event's source and its object whose rate is bounded. @default 4_096 */
  readonly maxEventSubjects?: number;
}

export interface ComponentEnvironment {
  readonly apiServer: ApiServer;
  readonly backend: QueueBackend;
  /** Whether other processes work on the same queues. */
  readonly isShared: boolean;
  readonly metrics: MetricRegistry;
  /** Is told what there is to do. */
  readonly work: WorkGauge;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs a component until `cleanup` stops it; resolves when it works. */
export async function startComponent(
  { clientFor, controllers, leaseName, maxEventSubjects, name, user }: Component,
  { apiServer, backend, clock, isShared, logger, metrics, work }: ComponentEnvironment,
  cleanup: CleanupStack,
): Promise<void> {
  if (controllers.length === 0) return;
  const client = createClient(apiServer, { user, fieldManager: name });
  const informers = new SharedInformerFactory({ client, logger });
  informers.start();
  cleanup.defer(() => informers.stop());
  const events = new ApiEventRecorder({
    client,
    source: { component: name },
    machine: hostname(),
    clock,
    logger,
    ...(maxEventSubjects === undefined ? {} : { maxSubjects: maxEventSubjects }),
  });
  cleanup.defer(() => events.stop());
  cleanup.defer(events.addMetrics(metrics, name));
  const identity = `${hostname()}-${process.pid}-${randomSuffix(5)}`;
  const lease = leaseName === undefined ? {} : { leaseName: () => leaseName };
  const manager = new ControllerManager({
    client,
    ...(clientFor ? { clientFor } : {}),
    informers,
    backend,
    controllers,
    events,
    clock,
    logger,
    metrics,
    work,
    ...(isShared ? { shared: { identity, ...lease } } : {}),
  });
  cleanup.defer(() => manager.stop());
  await manager.start();
}

/** The API as a controller: under the service account whose role is the controller's. */
export function controllerClient(
  apiServer: ApiServer,
  { name, serviceAccount = `${name}-controller` }: Controller,
): ApiClient {
  return createClient(apiServer, {
    user: controllerUser(serviceAccount),
    fieldManager: 'kube-controller-manager',
  });
}
