/**
 * CronJobs: a Job at each time of a schedule. Invariant: the Job of a time has a name of its own, so that a time whose Job was
 * made and whose status was lost does not make a second one.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfterFirst,
} from '../../machinery/controller.ts';
import type { EventNote, EventRecorder } from '../../machinery/event-recorder.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { batchCronJobs, batchJobs } from '../../scheme/generated/resources.ts';
import type { CronJob, CronJobStatus, Job } from '../../scheme/generated/types/batch-v1.ts';
import { controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import {
  normal,
  REASON_FAILED_CREATE,
  REASON_FAILED_DELETE,
  REASON_SUCCESSFUL_CREATE,
  REASON_SUCCESSFUL_DELETE,
  warning,
} from './events.ts';
import { surplusHistory } from './history.ts';
import { jobFromTemplate, planRun, type RunPlan } from './plan.ts';
import { endOf, followJobs, referenceTo, unexpectedJobs } from './status.ts';

const DELETE_CONCURRENCY = 50;

export function createCronJobController(): Controller {
  return {
    name: 'cronjob',
    concurrency: 16,
    setUp(context) {
      const reconciler = new CronJobReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class CronJobReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #cronJobs: Informer<CronJob>;
  readonly #jobs: Informer<Job>;

  constructor(context: ControllerContext) {
    const { events, informers, queue } = context;
    this.#context = context;
    this.#events = events.withSource('cronjob-controller');
    this.#cronJobs = informers.informer(batchCronJobs);
    this.#jobs = informers.informer(batchJobs);
    addControllerUidIndex(this.#jobs);
    this.#cronJobs.addHandler({
      onAdd: (cronJob) => queue.add(keyOf(cronJob)),
      onUpdate: (_, cronJob) => queue.add(keyOf(cronJob)),
    });
    const addOwner = (job: Job): void => {
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') queue.add(namespacedKey(job.metadata.namespace, owner.name));
    };
    this.#jobs.addHandler({
      onAdd: addOwner,
      // Of a Job's life only its end matters.
      onUpdate: (previous, job) => {
        if (endOf(previous) !== endOf(job)) addOwner(job);
      },
      onDelete: addOwner,
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const cached = this.#cronJobs.get(key);
    if (!cached) return done;
    const jobs = this.#jobs.byIndex(INDEX_CONTROLLER_UID, cached.metadata.uid ?? '');
    const stored = await this.#upToDate(cached, jobs);
    if (!stored) return done;
    const { events, status } = followJobs(stored.status ?? {}, jobs);
    const plan = planRun({ ...stored, status }, this.#context.clock.now());
    this.#tell(stored, [...events, ...plan.events]);
    const next = await this.#carryOut({ ...stored, status }, plan);
    await this.#writeStatus(stored, next);
    await this.#cleanUp(stored, jobs);
    return requeueAfterFirst(plan.nextInMs);
  }

  /** A Job may be seen before the status that names it: then the store is asked. */
  #upToDate(cronJob: CronJob, jobs: readonly Job[]): CronJob | Promise<CronJob | undefined> {
    if (unexpectedJobs(cronJob.status ?? {}, jobs).length === 0) return cronJob;
    const { name = '', namespace } = cronJob.metadata;
    return ignoreNotFound(this.#context.client.get(batchCronJobs, { namespace, name }));
  }

  /** Starts the Job that is due, if one is, and gives the status after that. */
  async #carryOut(cronJob: CronJob, { replaces, scheduledMs }: RunPlan): Promise<CronJobStatus> {
    const { active = [], ...status } = cronJob.status ?? {};
    if (scheduledMs === undefined) return { ...status, active };
    if (replaces) {
      for (const { name = '', namespace, uid } of active) {
        await this.#deleteJob(cronJob, { name, namespace, uid });
      }
    }
    const job = await this.#startJob(cronJob, scheduledMs);
    if (!job) return { ...status, active };
    const running = endOf(job) ? [] : [referenceTo(job)];
    return {
      ...status,
      active: replaces ? running : [...active, ...running],
      lastScheduleTime: toRfc3339(scheduledMs),
    };
  }

  /** Undefined where nothing can be started any more, or the name is another's. */
  async #startJob(cronJob: CronJob, scheduledMs: number): Promise<Job | undefined> {
    const template = jobFromTemplate(cronJob, scheduledMs);
    try {
      const job = await this.#context.client.create(batchJobs, template);
      this.#tell(cronJob, [normal(REASON_SUCCESSFUL_CREATE, `Created job ${job.metadata.name}`)]);
      return job;
    } catch (thrown) {
      if (isNamespaceTerminating(thrown)) return undefined;
      const own = isApiError(thrown, 'AlreadyExists') && (await this.#ownJob(cronJob, template));
      if (own) return own;
      const message = `Error creating job: ${toError(thrown).message}`;
      this.#tell(cronJob, [warning(REASON_FAILED_CREATE, message)]);
      if (isApiError(thrown, 'AlreadyExists')) return undefined;
      throw thrown;
    }
  }

  /** The Job that was started before, when its status was not written. */
  async #ownJob(
    cronJob: CronJob,
    { metadata }: { metadata: Job['metadata'] },
  ): Promise<Job | undefined> {
    const { name = '', namespace } = metadata;
    const job = await this.#context.client.get(batchJobs, { namespace, name });
    return controllerOf(job)?.uid === cronJob.metadata.uid ? job : undefined;
  }

  async #cleanUp(cronJob: CronJob, jobs: readonly Job[]): Promise<void> {
    if (cronJob.metadata.deletionTimestamp) return;
    const surplus = surplusHistory(cronJob.spec, jobs);
    throwFirst(
      await concurrently(surplus, Math.min(DELETE_CONCURRENCY, surplus.length), ({ metadata }) =>
        this.#deleteJob(cronJob, { ...metadata, name: metadata.name ?? '' }),
      ),
    );
  }

  async #deleteJob(
    cronJob: CronJob,
    {
      name,
      namespace,
      uid,
    }: { name: string; namespace?: string | undefined; uid?: string | undefined },
  ): Promise<void> {
    try {
      await this.#context.client.delete(
        batchJobs,
        { namespace, name },
        { propagationPolicy: 'Background', ...(uid ? { preconditions: { uid } } : {}) },
      );
      this.#tell(cronJob, [normal(REASON_SUCCESSFUL_DELETE, `Deleted job ${name}`)]);
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound')) return;
      const message = `Deleted job: ${toError(thrown).message}`;
      this.#tell(cronJob, [warning(REASON_FAILED_DELETE, message)]);
      throw thrown;
    }
  }

  async #writeStatus(cronJob: CronJob, { active, ...others }: CronJobStatus): Promise<void> {
    const status = { ...others, ...(active?.length ? { active } : {}) };
    if (deepEqual(cronJob.status, status)) return;
    await this.#context.client.update(
      batchCronJobs,
      { ...cronJob, status },
      { subresource: 'status' },
    );
  }

  #tell(cronJob: CronJob, notes: readonly EventNote[]): void {
    for (const note of notes) this.#events.record(cronJob, note);
  }
}
