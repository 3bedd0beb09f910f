import type { ApiClient } from '../../src/apiserver/client.ts';
import { controllerClient } from '../../src/composition/component.ts';
import {
  CONTROLLER_NAMES,
  type ControllerName,
  type ControllersOptions,
  createControllers,
} from '../../src/controllers/controllers.ts';
import { VirtualClock } from '../../src/lib/virtual-clock.ts';
import { ApiEventRecorder } from '../../src/machinery/api-event-recorder.ts';
import type { Controller } from '../../src/machinery/controller.ts';
import { ControllerManager } from '../../src/machinery/controller-manager.ts';
import type { Informer, InformerFactory } from '../../src/machinery/informer.ts';
import { SharedInformerFactory } from '../../src/machinery/informer-factory.ts';
import type { BackendQueue, QueueBackend, QueueOptions } from '../../src/machinery/work-queue.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import type { ResourceRef } from '../../src/scheme/resource.ts';
import { asTimePasses } from './as-time-passes.ts';
import { InProcessQueueBackend } from './in-process-queue-backend.ts';
import { type TestApi, type TestApiOptions, testApi } from './plane.ts';
import { PodDriver } from './pod-driver.ts';
import { RecordedActions, recordingClient } from './recording-client.ts';
import { RecordingLogger } from './recording-logger.ts';
import { settled } from './settled.ts';

export interface TestPlaneOptions extends Omit<TestApiOptions, 'clock' | 'logger'> {
  /** @default none */
  readonly controllers?: readonly ControllerName[] | 'all';
  readonly controllerOptions?: Partial<ControllersOptions>;
  /** The user's side of Pods: they become Ready, and end when deleted. @default true */
  readonly drivePods?: boolean;
  /** Holds the keys. @default in memory */
  readonly queue?: QueueBackend;
  /** Set when other planes of the test work on the same queues. */
  readonly shared?: { readonly identity: string };
}

/** Past every controller's minimal interval. */
const IDLE_STEP_MS = 1_000;
const IDLE_ROUNDS = 3;

/** A control plane without doors, scheduler and kubelets: API and controllers, on a clock that the test moves. */
export class TestPlane implements AsyncDisposable {
  readonly api: TestApi;
  readonly clock: VirtualClock;
  readonly logger: RecordingLogger;
  readonly pods: PodDriver;
  /** What each controller did, by its name. */
  readonly actions = new Map<string, RecordedActions>();
  readonly #informers: NotedInformers;
  readonly #queue: WatchedBackend;
  readonly #events: ApiEventRecorder;
  readonly #options: TestPlaneOptions;
  #manager: ControllerManager;

  constructor(
    api: TestApi,
    clock: VirtualClock,
    logger: RecordingLogger,
    options: TestPlaneOptions,
  ) {
    this.api = api;
    this.clock = clock;
    this.logger = logger;
    this.#options = options;
    this.#informers = new NotedInformers(new SharedInformerFactory({ client: api.client, logger }));
    this.#queue = new WatchedBackend(options.queue ?? new InProcessQueueBackend());
    const source = { component: 'test' };
    this.#events = new ApiEventRecorder({ client: api.client, source, clock, logger });
    this.pods = new PodDriver({ client: api.client, informers: this.#informers, clock });
    this.#manager = this.#createManager();
  }

  get client(): TestApi['client'] {
    return this.api.client;
  }

  async start(): Promise<void> {
    this.#informers.inner.start();
    if (this.#options.drivePods ?? true) this.pods.start();
    await this.#manager.start();
  }

  /** Stops the controllers and starts them anew, as a restart does: every key is worked on again. @param controllers default those of before */
  async restartControllers(controllers?: readonly ControllerName[]): Promise<void> {
    await this.#manager.stop();
    this.#manager = this.#createManager(controllers);
    await this.#manager.start();
  }

  /** Looks again and again, moving the clock along, until `check` accepts what `read` gives. */
  eventually<T>(read: () => T | Promise<T>, check?: (value: T) => unknown): Promise<T> {
    return asTimePasses(this, read, check, { withinMs: 15_000 });
  }

  /**
   * Resolves when nothing is left to do but what waits for a time to come.
   *
   * @param stepMs How far the clock moves with each look; with 0 it stands still, and what waits a moment is not waited for.
   */
  async idle(stepMs = IDLE_STEP_MS): Promise<void> {
    for (let quiet = 0; quiet < IDLE_ROUNDS; ) {
      const before = this.#queue.activity;
      await Promise.all([...this.#informers.seen].map((informer) => informer.catchUp()));
      await this.pods.idle();
      await this.#events.flush();
      this.clock.advance(stepMs);
      await settled();
      quiet = this.#queue.active === 0 && this.#queue.activity === before ? quiet + 1 : 0;
    }
  }

  async list<T extends ApiObject>(ref: ResourceRef<T>, namespace?: string): Promise<readonly T[]> {
    return (await this.client.list(ref, namespace ? { namespace } : {})).items;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pods.stop();
    await this.#manager.stop();
    await this.#events.stop();
    this.#informers.inner.stop();
    await this.#queue.close();
    await this.api[Symbol.asyncDispose]();
    this.#assertNothingForbidden();
  }

  /** A controller whose role lacks a right would do its work late or never, and no test of it would say why. */
  #assertNothingForbidden(): void {
    const forbidden = [...this.actions].flatMap(([name, actions]) =>
      actions.forbidden.map((refusal) => `${name}: ${refusal}`),
    );
    if (forbidden.length > 0) {
      throw new Error(`controllers were refused what they need: ${forbidden.join('; ')}`);
    }
  }

  /** Each controller acts as itself, with its own role's rights. */
  #clientFor(controller: Controller): ApiClient {
    const actions = this.actions.get(controller.name) ?? new RecordedActions();
    this.actions.set(controller.name, actions);
    return recordingClient(controllerClient(this.api.apiServer, controller), actions);
  }

  #createManager(
    controllers: TestPlaneOptions['controllers'] = this.#options.controllers ?? [],
  ): ControllerManager {
    const { controllerOptions, shared } = this.#options;
    const names = controllers === 'all' ? CONTROLLER_NAMES : controllers;
    const { scheme } = this.api;
    const findResource: ControllersOptions['findResource'] = ({ group, resource }) =>
      scheme.preferred(group, resource);
    return new ControllerManager({
      client: this.api.client,
      clientFor: (controller) => this.#clientFor(controller),
      informers: this.#informers,
      backend: this.#queue,
      controllers: createControllers(
        { resources: scheme, findResource, types: scheme, ...controllerOptions },
        names,
      ),
      events: this.#events,
      clock: this.clock,
      logger: this.logger,
      ...(shared ? { shared } : {}),
    });
  }
}

/** `await using plane = await testPlane({ controllers: ['replicaset'] });` */
export async function testPlane(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const api = await testApi({ ...options, clock, logger });
  const plane = new TestPlane(api, clock, logger, options);
  try {
    await plane.start();
  } catch (error) {
    await plane[Symbol.asyncDispose]();
    throw error;
  }
  return plane;
}

/** Knows which informers were asked for, to catch up with all of them. */
class NotedInformers implements InformerFactory {
  readonly inner: SharedInformerFactory;
  readonly seen = new Set<Informer>();

  constructor(inner: SharedInformerFactory) {
    this.inner = inner;
  }

  informer<T extends ApiObject>(ref: ResourceRef<T>): Informer<T> {
    const informer = this.inner.informer(ref);
    this.seen.add(informer as unknown as Informer);
    return informer;
  }
}

/** Counts what goes through the queues, to tell when nothing does. */
class WatchedBackend implements QueueBackend {
  readonly #inner: QueueBackend;
  active = 0;
  activity = 0;

  constructor(inner: QueueBackend) {
    this.#inner = inner;
  }

  async open(options: QueueOptions): Promise<BackendQueue> {
    const inner = await this.#inner.open({
      ...options,
      process: async (key, signal, waitedMs) => {
        this.active++;
        await options.process(key, signal, waitedMs);
        this.active--;
        this.activity++;
      },
    });
    return {
      enqueue: (keys) => {
        this.activity++;
        return inner.enqueue(keys);
      },
      enqueueLater: (key, delayMs) => inner.enqueueLater(key, delayMs),
      depth: () => inner.depth(),
      run: () => inner.run(),
      close: () => inner.close(),
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
