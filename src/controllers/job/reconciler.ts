/**
 * Jobs: Pods that run to their end, until as many have succeeded as the Job wants. Invariant: an ended Pod is counted once,
 * whatever fails in between (status.ts says how), and Pods are never made or deleted on a count that this controller's own
 * last writes have made stale (expectations).
 */
import type { BackoffOptions } from '../../lib/backoff.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfterFirst,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { ControllerExpectations } from '../../machinery/expectations.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import { batchJobs, corePods } from '../../scheme/generated/resources.ts';
import type { Job, JobSpec, JobStatus } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import { controllerOf } from '../../scheme/object.ts';
import { claim, planClaims } from '../shared/claims.ts';
import { OwnerMemory } from '../shared/owner-memory.ts';
import { PodControl, type PodOutcome } from '../shared/pod-control.ts';
import { isPodReady } from '../shared/pods.ts';
import { SelectedPods } from '../shared/selected-pods.ts';
import type { BackoffRecord } from './backoff.ts';
import { type Census, takeCensus } from './census.ts';
import {
  COMPLETIONS_REACHED,
  deadlineInMs,
  decideEnding,
  type Ending,
  isComplete,
} from './ending.ts';
import { announcedEvents, endEvents } from './events.ts';
import { isJobFinished, isManagedElsewhere } from './job.ts';
import { type PodPlan, planPods } from './plan.ts';
import { PodReleaser } from './pod-releaser.ts';
import { FINALIZER_JOB_TRACKING, isTracked } from './pods.ts';
import { ReleasedFinalizers } from './released-finalizers.ts';
import { countReleased, finished, type PodCounts, type StatusInput, trackPods } from './status.ts';
import { podOfJob } from './template.ts';
import { JobWatcher, jobOf, orphanOf } from './watcher.ts';

/** A run looks at every Pod of its Job; a burst of Pod changes becomes 10 runs a second at most. */
const MIN_INTERVAL_MS = 100;
/** Kubernetes' numbers: what a quota stops is tried again within the minute, and not, as by default, after a quarter of an hour. */
const FAILURE_BACKOFF: BackoffOptions = { baseMs: 1_000, maxMs: 60_000 };

export function createJobController(): Controller {
  return {
    name: 'job',
    concurrency: 16,
    minIntervalMs: MIN_INTERVAL_MS,
    failureBackoff: FAILURE_BACKOFF,
    setUp(context) {
      const reconciler = new JobReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

/** What a run did to the Pods, and how they are now. */
interface Management {
  readonly counts: PodCounts;
  readonly ending: Ending | undefined;
  /** Whether the Pods were looked after, and not only counted. */
  readonly managed: boolean;
  readonly error?: Error | undefined;
  readonly retryInMs?: number;
}

class JobReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #jobs: Informer<Job>;
  readonly #pods: Informer<Pod>;
  readonly #selected: SelectedPods<Job>;
  readonly #released = new ReleasedFinalizers();
  readonly #backoffs = new Map<string, BackoffRecord>();
  readonly #memory: OwnerMemory;
  readonly #podControl: PodControl;
  readonly #releaser: PodReleaser;

  constructor(context: ControllerContext) {
    const { clock, events, informers, queue } = context;
    this.#context = context;
    this.#events = events.withSource('job-controller');
    this.#jobs = informers.informer(batchJobs);
    this.#pods = informers.informer(corePods);
    const expectations = new ControllerExpectations(clock);
    addControllerUidIndex(this.#pods);
    this.#selected = new SelectedPods<Job>({
      selecting: this.#jobs,
      pods: this.#pods,
      requiredLabels: ({ spec }) => spec?.selector?.matchLabels ?? {},
      matches: ({ spec }, labels) => selectorMatcher(spec?.selector)(labels),
      matters: () => false,
    });
    const { client } = context;
    this.#podControl = new PodControl({ client, events: this.#events, expectations });
    const backoffs = { forget: (key: string) => void this.#backoffs.delete(key) };
    this.#memory = new OwnerMemory({
      expectations,
      queue,
      kept: [this.#podControl, this.#released, backoffs],
    });
    this.#releaser = new PodReleaser(client, this.#released);
    const watcher = new JobWatcher({
      jobs: this.#jobs,
      pods: this.#pods,
      selected: this.#selected,
      queue,
      expectations,
      released: this.#released,
    });
    this.#jobs.addHandler(watcher.jobHandler);
    this.#pods.addHandler(watcher.podHandler);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const orphan = orphanOf(key);
    if (orphan !== undefined) return this.#releaseOrphan(orphan);
    const job = this.#jobs.get(key);
    const isObserved = this.#memory.recall(key, job);
    if (!job?.spec || isManagedElsewhere(job) || isJobFinished(job)) {
      this.#backoffs.delete(key);
      return done;
    }
    const census = takeCensus({
      job,
      spec: job.spec,
      pods: await this.#claimPods(job),
      released: this.#released.of(key),
      backoff: this.#backoffs.get(key),
    });
    const management = await this.#manage(census, isObserved);
    await this.#track(key, census, management);
    if (management.error) throw management.error;
    return this.#nextRun(census, management);
  }

  /** A Pod that has lost its Job, or was let go by it. */
  async #releaseOrphan(key: string): Promise<ReconcileResult> {
    const pod = this.#pods.get(key);
    if (!pod || !isTracked(pod) || jobOf(this.#jobs, pod)) return done;
    const owner = controllerOf(pod);
    // Who is controlled by something else that uses the finalizer is not ours to touch.
    if (owner && owner.kind !== 'Job') return done;
    await this.#releaser.letGo(pod);
    return done;
  }

  #claimPods(job: Job): Promise<readonly Pod[]> {
    const claims = planClaims({
      controller: job,
      selector: job.spec?.selector,
      owned: this.#pods.byIndex(INDEX_CONTROLLER_UID, job.metadata.uid ?? ''),
      orphans: this.#selected.podsOf(job).filter((pod) => !controllerOf(pod)),
    });
    const { client } = this.#context;
    return claim(
      { client, ownerRef: batchJobs, childRef: corePods, finalizer: FINALIZER_JOB_TRACKING },
      job,
      claims,
    );
  }

  async #manage(census: Census, isObserved: boolean): Promise<Management> {
    const ending = decideEnding(census, this.#context.clock.now());
    if (ending) return this.#end(census, ending, isObserved);
    const mayManage = isObserved && census.job.metadata.deletionTimestamp === undefined;
    const management = mayManage
      ? await this.#carryOut(census, planPods(census, this.#context.clock.now()))
      : { counts: countsOf(census), ending: undefined, managed: false };
    const isDone = isComplete(census, management.counts.active);
    return isDone ? { ...management, ending: COMPLETIONS_REACHED, managed: false } : management;
  }

  async #end(census: Census, ending: Ending, isObserved: boolean): Promise<Management> {
    const { activePods, job } = census;
    const { error, removed: deleted } = await this.#delete(job, activePods);
    // While Pods are still to be deleted, or to be seen, the Job does not end.
    const isOver = deleted.length === activePods.length && isObserved;
    return {
      counts: withoutPods(countsOf(census), deleted),
      ending: isOver ? ending : undefined,
      managed: false,
      error,
    };
  }

  async #carryOut(census: Census, plan: PodPlan): Promise<Management> {
    const counts = countsOf(census);
    const { indexes, job, spec } = census;
    switch (plan.kind) {
      case 'none':
        return { counts, ending: undefined, managed: true };
      case 'wait':
        return { counts, ending: undefined, managed: true, retryInMs: plan.delayMs };
      case 'remove': {
        const release = (pod: Pod) => this.#releaser.letGo(pod);
        const { error, removed } = await this.#delete(job, plan.pods, release);
        return { counts: withoutPods(counts, removed), ending: undefined, managed: true, error };
      }
      case 'create': {
        const places = plan.indexes
          ? plan.indexes.map((index) => ({ index, replaced: indexes?.replaceable.get(index) }))
          : Array.from({ length: plan.count }, () => undefined);
        const { created, error } = await this.#podControl.tryOut(job, {
          create: places.length,
          podAt: (at) => podOfJob(job, spec, places[at]),
          remove: [],
        });
        const active = counts.active + created;
        return { counts: { ...counts, active }, ending: undefined, managed: true, error };
      }
    }
  }

  /** Without `release`, their finalizers hold the Pods until they are counted. */
  #delete(
    job: Job,
    pods: readonly Pod[],
    release?: (pod: Pod) => Promise<unknown>,
  ): Promise<PodOutcome> {
    return this.#podControl.tryOut(job, {
      create: 0,
      podAt: () => podOfJob(job, job.spec as JobSpec),
      remove: pods,
      ...(release ? { release } : {}),
    });
  }

  /** Names ended Pods in the status, lets them go, counts them, and ends the Job when there is no more to wait for. */
  async #track(key: string, census: Census, management: Management): Promise<void> {
    const { counts, ending, managed } = management;
    const input: StatusInput = {
      census,
      counts,
      ending,
      managed,
      nowMs: this.#context.clock.now(),
    };
    const { held, isWhole, release, status } = trackPods(input);
    const job = await this.#store(census.job, status);
    this.#backoffs.set(key, census.nextBackoff);
    for (const note of announcedEvents(census.job.status, status)) this.#events.record(job, note);
    const { error, released } = await this.#releaser.release(key, release);
    const gone = new Set(released.map(({ metadata }) => metadata.uid ?? ''));
    const stillHeld = new Set([...held].filter((uid) => !gone.has(uid)));
    const counted = countReleased(status, stillHeld);
    const end = ending && isWhole && !error && finished(counted, ending, this.#context.clock.now());
    const last = await this.#store(job, end || counted);
    if (ending && end) for (const note of endEvents(last, ending)) this.#events.record(last, note);
    if (error) throw error;
  }

  async #store(job: Job, status: JobStatus): Promise<Job> {
    if (deepEqual(job.status, status)) return job;
    return this.#context.client.update(batchJobs, { ...job, status }, { subresource: 'status' });
  }

  #nextRun({ job, spec }: Census, { ending, retryInMs }: Management): ReconcileResult {
    // A Job that has only now begun has its start time in the status that it will be seen with.
    const deadlineMs = ending ? undefined : deadlineInMs(job, spec, this.#context.clock.now());
    return requeueAfterFirst(deadlineMs, retryInMs);
  }
}

function countsOf({ activePods, ready, terminating }: Census): PodCounts {
  return { active: activePods.length, ready, terminating };
}

function withoutPods(
  { active, ready, terminating }: PodCounts,
  deleted: readonly Pod[],
): PodCounts {
  return {
    active: active - deleted.length,
    ready: ready - deleted.filter(isPodReady).length,
    terminating: terminating + deleted.length,
  };
}
