import type { ApiClient } from '../../src/apiserver/client.ts';
import type { Clock, Timer } from '../../src/lib/clock.ts';
import { VirtualClock } from '../../src/lib/virtual-clock.ts';
import type { Controller } from '../../src/machinery/controller.ts';
import { createBullmqBackend } from '../../src/queues/bullmq-backend.ts';
import { serviceUnavailable } from '../../src/scheme/errors.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import type { StoreOptions } from '../../src/store/store-options.ts';
import { type TestApi, testApi } from './plane.ts';
import { RecordingLogger } from './recording-logger.ts';
import { runControllers } from './running-controllers.ts';

/** The real time of a process that may be stopped: time goes on, and its timers have their turn when it does. */
export class ProcessClock implements Clock {
  readonly #timers = new VirtualClock();
  #nowMs = this.#timers.now();
  isStopped = false;

  now(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.#timers.setTimer(delayMs + this.#nowMs - this.#timers.now(), callback);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    if (!this.isStopped) this.#timers.advance(this.#nowMs - this.#timers.now());
  }
}

export interface ManagerProcess extends AsyncDisposable {
  readonly identity: string;
  readonly clock: ProcessClock;
  /** Whether it reaches its Leases. */
  readonly link: { isUp: boolean };
  /** How many writes of its controllers are under way. */
  readonly writes: { underWay: number };
}

export interface ManagerProcessOptions {
  readonly identity: string;
  readonly databaseUrl: string;
  readonly controllersFor: (api: TestApi) => readonly Controller[];
  /** Hears of each write that was answered. @default nobody */
  readonly onWritten?: (identity: string, object: ApiObject) => void;
  /** @default what the store says */
  readonly store?: Omit<StoreOptions, 'url'>;
  /** What controllers go by. @default the machine's time */
  readonly worldClock?: Clock;
}

/** A controller manager with an API server of its own, as in a process of its own. */
export async function managerProcess({
  identity,
  databaseUrl,
  controllersFor,
  onWritten = () => undefined,
  store = {},
  worldClock,
}: ManagerProcessOptions): Promise<ManagerProcess> {
  const logger = new RecordingLogger();
  const world = worldClock ? { clock: worldClock } : {};
  const api = await testApi({ databaseUrl, logger, store, ...world });
  const backend = await createBullmqBackend({ databaseUrl });
  const clock = new ProcessClock();
  const link = { isUp: true };
  const writes = { underWay: 0 };
  const acting = notedClient(api.client, writes, (object) => onWritten(identity, object));
  const running = await runControllers({
    client: linkedClient(api.client, link),
    clientFor: () => acting,
    controllers: controllersFor(api),
    ...world,
    backend,
    retryClock: clock,
    logger,
    shared: { identity },
  });
  return {
    identity,
    clock,
    link,
    writes,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await backend.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Leases cannot be written while the link is down. */
function linkedClient(client: ApiClient, link: { readonly isUp: boolean }): ApiClient {
  return wrapped(client, ['create', 'update'], async (call) => {
    if (!link.isUp) throw serviceUnavailable('no route to the API');
    return call();
  });
}

function notedClient(
  client: ApiClient,
  writes: { underWay: number },
  onWritten: (object: ApiObject) => void,
): ApiClient {
  return wrapped(client, ['create', 'update', 'patch'], async (call) => {
    writes.underWay++;
    try {
      const written = await call();
      onWritten(written as ApiObject);
      return written;
    } finally {
      writes.underWay--;
    }
  });
}

function wrapped(
  client: ApiClient,
  methods: readonly (keyof ApiClient)[],
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): ApiClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (!methods.includes(name as keyof ApiClient)) return member.bind(target);
      return (...args: unknown[]) =>
        around(async () => Reflect.apply(member, target, args) as Promise<unknown>);
    },
  });
}
