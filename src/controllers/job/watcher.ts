import { deepEqual } from '../../lib/deep-equal.ts';
import type { ControllerExpectations } from '../../machinery/expectations.ts';
import {
  INDEX_CONTROLLER_UID,
  type Informer,
  type InformerHandler,
} from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { Job } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { isPodReady } from '../shared/pods.ts';
import type { SelectedPods } from '../shared/selected-pods.ts';
import { isTracked } from './pods.ts';
import type { ReleasedFinalizers } from './released-finalizers.ts';

/** Begins the keys of Pods whose finalizer nobody waits for any more; other keys are those of Jobs. */
const ORPHAN_PREFIX = 'orphan:';

/** The key of the Pod that `key` is about; undefined when it is about a Job. */
export function orphanOf(key: string): string | undefined {
  return key.startsWith(ORPHAN_PREFIX) ? key.slice(ORPHAN_PREFIX.length) : undefined;
}

export interface JobWatcherOptions {
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly selected: SelectedPods<Job>;
  readonly expectations: ControllerExpectations;
  readonly released: ReleasedFinalizers;
  readonly queue: WorkQueue;
}

/** The Job that the Pod names as its controller, when it is the very one: a namesake with another uid is a stranger. */
export function jobOf(jobs: Informer<Job>, pod: Pod): Job | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'Job') return undefined;
  const job = jobs.get(namespacedKey(pod.metadata.namespace, owner.name));
  return job?.metadata.uid === owner.uid ? job : undefined;
}

/** Turns changes of Jobs and Pods into keys, and tells expectations what has been seen. */
export class JobWatcher {
  readonly #options: JobWatcherOptions;

  constructor(options: JobWatcherOptions) {
    this.#options = options;
  }

  readonly jobHandler: InformerHandler<Job> = {
    onAdd: (job) => this.#options.queue.add(keyOf(job)),
    onUpdate: (_, job) => this.#options.queue.add(keyOf(job)),
    onDelete: (job) => {
      const { pods, queue } = this.#options;
      queue.add(keyOf(job));
      for (const pod of pods.byIndex(INDEX_CONTROLLER_UID, job.metadata.uid ?? '')) {
        this.#addOrphan(pod);
      }
    },
  };

  readonly podHandler: InformerHandler<Pod> = {
    onAdd: (pod) => this.#onAdd(pod),
    onUpdate: (previous, pod) => this.#onUpdate(previous, pod),
    onDelete: (pod) => this.#onDelete(pod),
  };

  #onAdd(pod: Pod): void {
    if (isOfOther(pod)) return;
    const key = this.#ownerKey(pod);
    if (key === undefined) {
      this.#addUnowned(pod);
      return;
    }
    // After a restart, a Pod may first be seen while it is being deleted: that is no creation.
    if (pod.metadata.deletionTimestamp) this.#deletionObserved(key, pod);
    else this.#options.expectations.creationObserved(key);
    this.#options.queue.add(key);
  }

  #onUpdate(previous: Pod, pod: Pod): void {
    if (isOfOther(previous) && isOfOther(pod)) return;
    const before = this.#ownerKey(previous);
    const key = this.#ownerKey(pod);
    if (before !== undefined) this.#observe(before, previous, pod);
    if (before !== undefined && before !== key) this.#options.queue.add(before);
    if (key === undefined) {
      if (before !== undefined || !sameLabels(previous, pod) || isTracked(pod)) {
        this.#addUnowned(pod);
      }
    } else if (before !== key || countsDifferently(previous, pod)) this.#options.queue.add(key);
  }

  #observe(key: string, previous: Pod, pod: Pod): void {
    const { released } = this.#options;
    if (pod.metadata.deletionTimestamp && !previous.metadata.deletionTimestamp) {
      this.#deletionObserved(key, pod);
    }
    if (isTracked(previous) && !isTracked(pod)) released.forgetPod(key, pod.metadata.uid ?? '');
  }

  #onDelete(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#deletionObserved(key, pod);
    this.#options.released.forgetPod(key, pod.metadata.uid ?? '');
    this.#options.queue.add(key);
  }

  #deletionObserved(key: string, { metadata }: Pod): void {
    this.#options.expectations.deletionObserved(key, metadata.uid ?? '');
  }

  #ownerKey(pod: Pod): string | undefined {
    const job = jobOf(this.#options.jobs, pod);
    return job && keyOf(job);
  }

  /** A Pod that is no Job's: every Job that its labels match may want it, and its finalizer may be left over. */
  #addUnowned(pod: Pod): void {
    const { queue, selected } = this.#options;
    this.#addOrphan(pod);
    if (controllerOf(pod)) return;
    for (const job of selected.selecting(pod)) queue.add(keyOf(job));
  }

  #addOrphan(pod: Pod): void {
    if (isTracked(pod)) this.#options.queue.add(`${ORPHAN_PREFIX}${keyOf(pod)}`);
  }
}

/** Most Pods of a cluster are none of Jobs: nothing is worked out for them. */
function isOfOther(pod: Pod): boolean {
  const owner = controllerOf(pod);
  return owner !== undefined && owner.kind !== 'Job';
}

function sameLabels(previous: Pod, pod: Pod): boolean {
  return deepEqual(previous.metadata.labels, pod.metadata.labels);
}

/** Whether a change of the Pod can change what becomes of its Job; most changes of a Pod's life cannot. */
function countsDifferently(previous: Pod, pod: Pod): boolean {
  return (
    previous.status?.phase !== pod.status?.phase ||
    previous.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    isPodReady(previous) !== isPodReady(pod) ||
    isTracked(previous) !== isTracked(pod) ||
    restartsOf(previous) !== restartsOf(pod) ||
    !sameLabels(previous, pod)
  );
}

function restartsOf({ status }: Pod): number {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return statuses.reduce((total, { restartCount }) => total + restartCount, 0);
}
