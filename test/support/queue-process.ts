import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { done } from '../../src/machinery/controller.ts';
import { ControllerQueue } from '../../src/machinery/controller-queue.ts';
import { PauseWatch } from '../../src/machinery/pause-watch.ts';
import { RunFence } from '../../src/machinery/run-fence.ts';
import type { QueueBackend } from '../../src/machinery/work-queue.ts';
import type { QueueHistory } from './queue-history.ts';

export interface QueueProcessOptions {
  readonly openBackend: () => Promise<QueueBackend>;
  /** The queue's. */
  readonly name: string;
  readonly history: QueueHistory;
  /** What a run does. */
  readonly work: (key: string) => Promise<void>;
}

/** The queue of a controller as one of several processes has it, with all that guards it, and the runs written down. */
export async function startQueueProcess(
  options: QueueProcessOptions,
): Promise<AsyncDisposable & { readonly queue: ControllerQueue; readonly recoveries: number }> {
  const { history, name, openBackend, work } = options;
  const backend = await openBackend();
  const pauses = new PauseWatch(systemClock);
  const fence = new RunFence(pauses);
  const mayWrite = (): boolean => {
    try {
      fence.assertMayWrite();
      return true;
    } catch {
      return false;
    }
  };
  let recoveries = 0;
  const reconcile = (key: string) =>
    fence.run(async () => {
      const end = history.start(key, () => mayWrite());
      await work(key);
      end();
      return done;
    });
  const backendQueue = await backend.open({
    name,
    concurrency: 8,
    process: (key, signal) => queue.process(key, reconcile, signal),
    onLoss: () => {
      fence.noteLoss();
      queue.noteLoss();
    },
    onRecovery: () => {
      recoveries++;
      queue.recover();
    },
  });
  const queue = new ControllerQueue({
    controller: name,
    enqueue: (keys) => backendQueue.enqueue(keys),
    clock: systemClock,
    retryClock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
  });
  pauses.start();
  await backendQueue.run();
  return {
    queue,
    get recoveries() {
      return recoveries;
    },
    [Symbol.asyncDispose]: async () => {
      queue.stop();
      pauses.stop();
      await backend.close();
    },
  };
}
