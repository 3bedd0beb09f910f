import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/lib/clock.ts';
import { type Deferred, deferred } from '../../../src/lib/deferred.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { done, type ReconcileResult, requeueAfter } from '../../../src/machinery/controller.ts';
import { ControllerQueue } from '../../../src/machinery/controller-queue.ts';
import type {
  BackendQueue,
  QueueBackend,
  QueueOptions,
} from '../../../src/machinery/work-queue.ts';
import { eventually } from '../../support/eventually.ts';
import {
  postgresQueueServer,
  type QueueServer,
  redisQueueServer,
} from '../../support/queue-servers.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const redisUrl = process.env.ORRERY_TEST_REDIS_URL;
const PROGRAM = path.resolve('test/support/queue-worker-process.ts');

/** One worker, in a backend of its own as if in a process of its own, whose jobs end when the test says so. */
interface Worker extends AsyncDisposable {
  readonly backend: QueueBackend;
  readonly queue: BackendQueue;
  readonly starts: string[];
  /** Ends the oldest running job of `key`. */
  finish(key: string): void;
}

interface WorkerOptions extends Partial<QueueOptions> {
  readonly exclusive?: boolean;
}

async function gatedWorker(server: QueueServer, options: WorkerOptions = {}): Promise<Worker> {
  const { exclusive = false, ...queueOptions } = options;
  const starts: string[] = [];
  const gates: { key: string; gate: Deferred<void> }[] = [];
  const backend = await server.backend({ exclusive });
  const queue = await backend.open({
    name: server.name,
    concurrency: 4,
    process: async (key) => {
      starts.push(key);
      const gate = deferred();
      gates.push({ key, gate });
      await gate.promise;
    },
    ...queueOptions,
  });
  return {
    backend,
    queue,
    starts,
    finish: (key) => {
      const index = gates.findIndex((one) => one.key === key);
      gates.splice(index, 1)[0]?.gate.resolve();
    },
    [Symbol.asyncDispose]: async () => {
      for (const { gate } of gates) gate.resolve();
      await backend.close();
    },
  };
}

/** Resolves when the queue has nothing left to hand out: what did not start by now will not. */
async function drained(server: QueueServer): Promise<void> {
  await eventually(
    () => server.countLeftovers(),
    (left) => expect(left).toBe(0),
  );
}

async function controllerQueue(
  server: QueueServer,
  reconcile: (key: string) => ReconcileResult,
): Promise<AsyncDisposable & { queue: ControllerQueue; startsMs: number[] }> {
  const startsMs: number[] = [];
  const backend = await server.backend();
  const backendQueue = await backend.open({
    name: server.name,
    concurrency: 4,
    process: (key, signal) =>
      queue.process(
        key,
        async () => {
          startsMs.push(performance.now());
          return reconcile(key);
        },
        signal,
      ),
  });
  const queue = new ControllerQueue({
    controller: 'test',
    enqueue: (keys) => backendQueue.enqueue(keys),
    clock: systemClock,
    retryClock: systemClock,
    random: seededRandom(1),
    logger: new RecordingLogger(),
  });
  await backendQueue.run();
  return {
    queue,
    startsMs,
    [Symbol.asyncDispose]: async () => {
      queue.stop();
      await backend.close();
    },
  };
}

function describeLaw(title: string, openServer: () => Promise<QueueServer>): void {
  describe(title, () => {
    let server: QueueServer;
    beforeAll(async () => {
      server = await openServer();
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
    });

    test('a key that waits is handed out once, however often it is added', async () => {
      await using worker = await gatedWorker(server, {
        process: async (key) => void runs.push(key),
      });
      const runs: string[] = [];
      for (let i = 0; i < 5; i++) await worker.queue.enqueue(['a', 'b', 'a']);
      await worker.queue.run();
      await drained(server);
      expect(runs.sort()).toEqual(['a', 'b']);
    });

    test('a key added while it is being worked on runs once more afterwards', async () => {
      await using worker = await gatedWorker(server);
      await worker.queue.run();
      await worker.queue.enqueue(['a']);
      await eventually(() => expect(worker.starts).toEqual(['a']));
      for (let i = 0; i < 3; i++) await worker.queue.enqueue(['a']);
      expect(worker.starts).toEqual(['a']);
      worker.finish('a');
      await eventually(() => expect(worker.starts).toEqual(['a', 'a']));
      worker.finish('a');
      await drained(server);
      expect(worker.starts).toEqual(['a', 'a']);
    });

    test('other keys are worked on meanwhile, as many at once as the queue allows', async () => {
      await using worker = await gatedWorker(server, { concurrency: 2 });
      await worker.queue.run();
      await worker.queue.enqueue(['a', 'b', 'c']);
      await eventually(() => expect(worker.starts).toEqual(['a', 'b']));
      worker.finish('b');
      await eventually(() => expect(worker.starts).toEqual(['a', 'b', 'c']));
    });

    test('a key never runs twice at once and no last change is missed, across two workers and twenty producers', async () => {
      const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
      const active = new Set<string>();
      const violations: string[] = [];
      const changes = new Map<string, number>();
      const seen = new Map<string, number>();
      const work = async (key: string): Promise<void> => {
        if (active.has(key)) violations.push(key);
        active.add(key);
        const change = changes.get(key) ?? 0;
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        seen.set(key, Math.max(seen.get(key) ?? 0, change));
        active.delete(key);
      };
      await using one = await gatedWorker(server, { process: work, concurrency: 16 });
      await using two = await gatedWorker(server, { process: work, concurrency: 16 });
      await Promise.all([one.queue.run(), two.queue.run()]);
      const random = seededRandom(42);
      const produce = async (queue: BackendQueue): Promise<void> => {
        for (let i = 0; i < 75; i++) {
          const key = keys[Math.floor(random() * keys.length)] as string;
          changes.set(key, (changes.get(key) ?? 0) + 1);
          await queue.enqueue([key]);
        }
      };
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => produce(index % 2 === 0 ? one.queue : two.queue)),
      );
      await drained(server);
      expect(violations).toEqual([]);
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(changes));
    });

    test('a thousand keys go in as one bulk, and nothing is kept of them afterwards', async () => {
      const runs = new Set<string>();
      await using worker = await gatedWorker(server, {
        process: async (key) => void runs.add(key),
      });
      await worker.queue.enqueue(Array.from({ length: 1_500 }, (_, index) => `bulk-${index}`));
      await worker.queue.run();
      await drained(server);
      expect(runs.size).toBe(1_500);
    });

    test('a failing key backs off exponentially, and nothing else waits for it', async () => {
      let failures = 5;
      await using worker = await controllerQueue(server, (key) => {
        if (key === 'bad' && failures-- > 0) throw new Error('not yet');
        return done;
      });
      worker.queue.add('bad');
      await eventually(() => expect(worker.startsMs).toHaveLength(6));
      const gapsMs = worker.startsMs.slice(1).map((ms, i) => ms - (worker.startsMs[i] as number));
      [5, 10, 20, 40, 80].forEach((delayMs, index) => {
        // Node's timers may fire up to a millisecond early.
        expect(gapsMs[index]).toBeGreaterThanOrEqual(delayMs - 1);
      });
    });

    test('a key that asks for it comes back after its delay', async () => {
      let first = true;
      await using worker = await controllerQueue(server, () => {
        if (!first) return done;
        first = false;
        return requeueAfter(150);
      });
      worker.queue.add('later');
      await eventually(() => expect(worker.startsMs).toHaveLength(2));
      const [startMs = 0, againMs = 0] = worker.startsMs;
      expect(againMs - startMs).toBeGreaterThanOrEqual(149);
    });

    test('a deadline outlives the process that set it', async () => {
      const startMs = performance.now();
      {
        await using leaving = await gatedWorker(server);
        await leaving.queue.enqueueLater('later', 5_000);
        await leaving.queue.enqueueLater('later', 300);
      }
      await using worker = await gatedWorker(server);
      await worker.queue.run();
      await eventually(() => expect(worker.starts).toEqual(['later']));
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(299);
      expect(performance.now() - startMs).toBeLessThan(5_000);
      worker.finish('later');
      await drained(server);
    });

    test('a deadline does not hold up a change that comes before it', async () => {
      await using worker = await gatedWorker(server);
      await worker.queue.run();
      await worker.queue.enqueueLater('key', 400);
      await worker.queue.enqueue(['key']);
      await eventually(() => expect(worker.starts).toEqual(['key']));
      await worker.queue.enqueueLater('key', 500);
      await worker.queue.enqueue(['key']);
      worker.finish('key');
      await eventually(() => expect(worker.starts).toEqual(['key', 'key']));
      worker.finish('key');
      await eventually(() => expect(worker.starts).toEqual(['key', 'key', 'key']));
      worker.finish('key');
      await drained(server);
    });

    test('closing waits for the key that is being worked on and hands out no other', async () => {
      await using worker = await gatedWorker(server, { concurrency: 1 });
      await worker.queue.run();
      await worker.queue.enqueue(['running', 'waiting']);
      await eventually(() => expect(worker.starts).toEqual(['running']));
      let closed = false;
      const closing = worker.queue.close().then(() => {
        closed = true;
      });
      expect(closed).toBe(false);
      worker.finish('running');
      await closing;
      expect(worker.starts).toEqual(['running']);
      await using next = await gatedWorker(server);
      await next.queue.run();
      await eventually(() => expect(next.starts).toEqual(['waiting']));
      next.finish('waiting');
      await drained(server);
    });

    test('an exclusive worker begins with an empty queue', async () => {
      {
        await using predecessor = await gatedWorker(server);
        await predecessor.queue.enqueue(['old']);
      }
      await using worker = await gatedWorker(server, { exclusive: true });
      expect(await server.countLeftovers()).toBe(0);
      await worker.queue.run();
      await worker.queue.enqueue(['new']);
      await eventually(() => expect(worker.starts).toEqual(['new']));
      worker.finish('new');
      await drained(server);
    });

    test('a cut connection is announced, and keys are handed out again', async () => {
      let recoveries = 0;
      await using worker = await gatedWorker(server, { onRecovery: () => void recoveries++ });
      await worker.queue.run();
      await worker.queue.enqueue(['before']);
      await eventually(() => expect(worker.starts).toEqual(['before']));
      await server.cutConnections();
      await eventually(() => expect(recoveries).toBeGreaterThan(0));
      worker.finish('before');
      await eventually(() => worker.queue.enqueue(['after']));
      await eventually(() => expect(worker.starts).toContain('after'));
      worker.finish('after');
    });

    test('a process killed in mid-job loses nothing: another finishes its key within seconds', async () => {
      await using worker = await gatedWorker(server);
      await worker.queue.enqueue(['orphan']);
      const child = startWorkerProcess(server);
      try {
        await nextLine(child, 'orphan');
        await worker.queue.enqueue(['orphan']);
        child.kill('SIGKILL');
        await worker.queue.run();
        await eventually(
          () => expect(worker.starts).toEqual(['orphan']),
          () => undefined,
          { withinMs: 20_000 },
        );
        worker.finish('orphan');
        await eventually(() => expect(worker.starts).toEqual(['orphan', 'orphan']));
        worker.finish('orphan');
        await drained(server);
      } finally {
        child.kill('SIGKILL');
      }
    });
  });
}

function startWorkerProcess({ kind, name, url }: QueueServer): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', PROGRAM, kind, url, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

function nextLine(child: ChildProcess, expected: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().trim() === expected) resolve();
    });
    child.once('exit', (code) => reject(new Error(`worker process ended with ${code}`)));
  });
}

describeLaw('the work queue on PostgreSQL', postgresQueueServer);

if (redisUrl) describeLaw('the work queue on Redis', () => redisQueueServer(redisUrl));
else {
  // biome-ignore lint/suspicious/noSkippedTests: without a Redis server the suite says by name what it leaves out.
  test.skip('the work queue on Redis: no server (ORRERY_TEST_REDIS_URL)', () => undefined);
}
