/** Pods that were told that they are about to go: who is still there after two minutes is told that it stays. */
import { toRfc3339 } from '../../lib/clock.ts';
import {
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import { DelayQueue } from '../../machinery/delay-queue.ts';
import type { Informer } from '../../machinery/informer.ts';
import { observedBy } from '../../scheme/conditions.ts';
import { CONDITION_DISRUPTION_TARGET } from '../../scheme/disruption-target.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { staleInMs } from './status.ts';

/** Tells the keys of Pods from those of budgets, which have one slash. */
const POD_PREFIX = 'pod/';

/** Nearly every Pod that is announced goes at once: until its time is up it costs an entry in memory, and no job. */
export class AnnouncedDisruptions {
  readonly #context: ControllerContext;
  readonly #pods: Informer<Pod>;
  /** Pods whose end is announced and has not begun. */
  readonly #awaited: DelayQueue;

  constructor(context: ControllerContext, pods: Informer<Pod>) {
    this.#context = context;
    this.#pods = pods;
    const { clock, queue, signal } = context;
    this.#awaited = new DelayQueue(clock, (keys) => {
      for (const key of keys) queue.add(`${POD_PREFIX}${key}`);
    });
    signal.addEventListener('abort', () => this.#awaited.clear(), { once: true });
    pods.addHandler({
      onAdd: (pod) => this.#follow(pod, false),
      onUpdate: (previous, pod) => this.#follow(pod, staleInMs(previous, 0) !== undefined),
      onDelete: (pod) => this.#awaited.cancel(keyOf(pod)),
    });
  }

  owns(key: string): boolean {
    return key.startsWith(POD_PREFIX) && key.includes('/', POD_PREFIX.length);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { client, clock } = this.#context;
    const pod = this.#pods.get(key.slice(POD_PREFIX.length));
    const leftMs = pod && staleInMs(pod, clock.now());
    if (!pod || leftMs === undefined) return done;
    if (leftMs > 0) return requeueAfter(leftMs);
    const { name = '', namespace, resourceVersion } = pod.metadata;
    const condition = {
      type: CONDITION_DISRUPTION_TARGET,
      status: 'False',
      lastTransitionTime: toRfc3339(clock.now()),
      ...observedBy(pod),
    };
    // The version keeps it from taking back what was announced anew.
    const patch = { metadata: { resourceVersion }, status: { conditions: [condition] } };
    await ignoreNotFound(
      client.patch(
        corePods,
        { namespace, name },
        { type: 'strategic', patch },
        { subresource: 'status' },
      ),
    );
    return done;
  }

  #follow(pod: Pod, wasAwaited: boolean): void {
    const { clock, signal } = this.#context;
    const leftMs = staleInMs(pod, clock.now());
    if (leftMs === undefined) {
      if (wasAwaited) this.#awaited.cancel(keyOf(pod));
    } else if (!wasAwaited && !signal.aborted) {
      this.#awaited.schedule(keyOf(pod), leftMs);
    }
  }
}
