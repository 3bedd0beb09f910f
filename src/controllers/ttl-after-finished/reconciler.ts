/** Deletes Jobs that have ended, `spec.ttlSecondsAfterFinished` after their end, and all that they own. */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { batchJobs } from '../../scheme/generated/resources.ts';
import type { Job } from '../../scheme/generated/types/batch-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { expiresAtMs } from './plan.ts';

export function createTtlAfterFinishedController(): Controller {
  return {
    name: 'ttl-after-finished',
    setUp({ client, clock, informers, queue }) {
      const jobs = informers.informer(batchJobs);
      const addExpiring = (job: Job): void => {
        if (expiresAtMs(job) !== undefined) queue.add(keyOf(job));
      };
      jobs.addHandler({ onAdd: addExpiring, onUpdate: (_, job) => addExpiring(job) });
      return (key) => deleteExpired({ client, clock }, jobs, key);
    },
  };
}

async function deleteExpired(
  { client, clock }: Pick<ControllerContext, 'client' | 'clock'>,
  jobs: Informer<Job>,
  key: string,
): Promise<ReconcileResult> {
  const cached = jobs.get(key);
  if (!cached) return done;
  const dueMs = expiresAtMs(cached);
  if (dueMs === undefined) return done;
  if (dueMs > clock.now()) return requeueAfter(dueMs - clock.now());
  const { name = '', namespace } = cached.metadata;
  // The informer may not know yet that the Job is to stay: what is deleted does not come back.
  const job = await ignoreNotFound(client.get(batchJobs, { namespace, name }));
  if (!job) return done;
  const liveDueMs = expiresAtMs(job);
  if (liveDueMs === undefined || liveDueMs > clock.now()) return done;
  const { resourceVersion, uid } = job.metadata;
  await ignoreNotFound(
    client.delete(
      batchJobs,
      { namespace, name },
      { propagationPolicy: 'Foreground', preconditions: { resourceVersion, uid } },
    ),
  );
  return done;
}
