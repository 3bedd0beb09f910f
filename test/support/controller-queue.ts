import { VirtualClock } from '../../src/lib/virtual-clock.ts';
import { done, type ReconcileResult } from '../../src/machinery/controller.ts';
import { ControllerQueue } from '../../src/machinery/controller-queue.ts';
import type { BackendQueue } from '../../src/machinery/work-queue.ts';
import { InProcessQueueBackend } from './in-process-queue-backend.ts';
import { RecordingLogger } from './recording-logger.ts';
import { settled } from './settled.ts';

interface ControllerQueueOptions {
  readonly failureBackoff?: { readonly baseMs: number; readonly maxMs: number };
  readonly minIntervalMs?: number;
  readonly reconcile?: (key: string, run: number) => ReconcileResult | Promise<ReconcileResult>;
  /** Handed the real enqueue; replaces it. */
  readonly enqueue?: (keys: readonly string[], backend: BackendQueue) => Promise<void>;
  readonly enqueueLater?: (key: string, delayMs: number) => Promise<void>;
}

/** A queue on an in-process backend, with what came of it: runs as `TIME KEY`, and the bulks that were enqueued. */
export async function controllerQueue({
  minIntervalMs = 0,
  failureBackoff,
  reconcile = () => done,
  enqueue,
  enqueueLater,
}: ControllerQueueOptions = {}) {
  const clock = new VirtualClock(0);
  const logger = new RecordingLogger();
  const runs: string[] = [];
  const bulks: string[][] = [];
  const backend = await new InProcessQueueBackend().open({
    name: 'test',
    concurrency: 4,
    process: (key, signal) =>
      queue.process(
        key,
        async () => {
          runs.push(`${clock.now()} ${key}`);
          return reconcile(key, runs.length);
        },
        signal,
      ),
  });
  const queue = new ControllerQueue({
    controller: 'test',
    enqueue: async (keys) => {
      bulks.push([...keys]);
      await (enqueue ? enqueue(keys, backend) : backend.enqueue(keys));
    },
    ...(enqueueLater ? { enqueueLater } : {}),
    clock,
    retryClock: clock,
    random: () => 0.5,
    logger,
    minIntervalMs,
    failureBackoff,
  });
  await backend.run();
  return { backend, bulks, clock, logger, queue, runs };
}

/** Moves the clock on, and lets everything that is due on the way happen. */
export async function advance(clock: VirtualClock, deltaMs: number): Promise<void> {
  await settled();
  for (let dueMs = clock.nextDueMs(); dueMs !== undefined; dueMs = clock.nextDueMs()) {
    const stepMs = dueMs - clock.now();
    if (stepMs > deltaMs) break;
    clock.advance(stepMs);
    deltaMs -= stepMs;
    await settled();
  }
  clock.advance(deltaMs);
  await settled();
}
