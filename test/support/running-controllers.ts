import type { ApiClient } from '../../src/apiserver/client.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/logger.ts';
import type { MetricRegistry } from '../../src/lib/metrics.ts';
import { ApiEventRecorder } from '../../src/machinery/api-event-recorder.ts';
import type { Controller } from '../../src/machinery/controller.ts';
import { ControllerManager } from '../../src/machinery/controller-manager.ts';
import { SharedInformerFactory } from '../../src/machinery/informer-factory.ts';
import type { QueueBackend } from '../../src/machinery/work-queue.ts';
import { InProcessQueueBackend } from './in-process-queue-backend.ts';

export interface RunControllersOptions {
  readonly client: ApiClient;
  readonly controllers: readonly Controller[];
  /** @default queues in memory */
  readonly backend?: QueueBackend;
  readonly clock?: Clock;
  /** Real time, and that of leases. @default the machine's */
  readonly retryClock?: Clock;
  /** What controllers act by. @default `client` */
  readonly clientFor?: (controller: Controller) => ApiClient;
  readonly logger?: Logger;
  readonly metrics?: MetricRegistry;
  /** Other processes work on the same queues. */
  readonly shared?: { readonly identity: string };
}

export interface RunningControllers extends AsyncDisposable {
  readonly manager: ControllerManager;
  readonly informers: SharedInformerFactory;
  readonly events: ApiEventRecorder;
}

/** `await using running = await runControllers({ client: api.client, controllers });` Resolves when they work. */
export async function runControllers(options: RunControllersOptions): Promise<RunningControllers> {
  const { client, clock = systemClock, controllers, logger, shared } = options;
  const log = logger ? { logger } : {};
  const backend = options.backend ?? new InProcessQueueBackend();
  const informers = new SharedInformerFactory({ client, ...log });
  const events = new ApiEventRecorder({ client, clock, source: { component: 'test' }, ...log });
  const manager = new ControllerManager({
    client,
    informers,
    backend,
    controllers,
    events,
    clock,
    ...(options.retryClock ? { retryClock: options.retryClock } : {}),
    ...(options.clientFor ? { clientFor: options.clientFor } : {}),
    ...(options.metrics ? { metrics: options.metrics } : {}),
    ...log,
    ...(shared ? { shared } : {}),
  });
  informers.start();
  await manager.start();
  return {
    manager,
    informers,
    events,
    [Symbol.asyncDispose]: async () => {
      await manager.stop();
      informers.stop();
      await events.stop();
      if (!options.backend) await backend.close();
    },
  };
}
