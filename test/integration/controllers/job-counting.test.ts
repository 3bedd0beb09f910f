/** Each Pod of a Job is counted once, whatever fails: judged over the whole history of the Job. */
import { expect, test } from '@jest/globals';
import type { WatchSink } from '../../../src/apiserver/client.ts';
import { type Random, seededRandom } from '../../../src/lib/random.ts';
import { isApiError, serviceUnavailable } from '../../../src/scheme/errors.ts';
import { batchJobs, corePods } from '../../../src/scheme/generated/resources.ts';
import type { Job } from '../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import type { ObjectStore, StoreWrite } from '../../../src/store/store.ts';
import { createTestDatabase } from '../../support/database.ts';
import { interceptStore } from '../../support/intercept-store.ts';
import { COMPLETE, FINALIZER, type JobPlane, jobPlane } from '../../support/jobs.ts';
import { postgresQueueServer } from '../../support/queue-servers.ts';
import { testSeed } from '../../support/test-seed.ts';

const COMPLETIONS = 40;
const PLACE = { namespace: 'default', name: 'work' };

/** Loses a share of the commits: half of those are not made, half are made and nobody hears of it. */
class Faults {
  share = 0;
  lost = 0;
  readonly closed: Error[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  readonly intercept = (store: ObjectStore): ObjectStore =>
    interceptStore(store, {
      commit: async (writes, options) => {
        if (!this.#strikes(writes)) return store.commit(writes, options);
        this.lost++;
        if (this.#random() < 0.5) await store.commit(writes, options);
        throw serviceUnavailable('the connection was lost');
      },
    });

  #strikes(writes: readonly StoreWrite[]): boolean {
    return writes.some(isOfController) && this.#random() < this.share;
  }
}

/** What only the controller writes: the Job, new Pods, and Pods that are let go. */
function isOfController(write: StoreWrite): boolean {
  if (write.key.resource === 'jobs') return true;
  if (write.key.resource !== 'pods') return false;
  if (write.type === 'create') return true;
  return write.type === 'update' && !write.object.metadata.finalizers?.includes(FINALIZER);
}

/** Lets every running Pod end, a quarter of them with a failure; some by being deleted. */
async function endSome(jobs: JobPlane, random: Random): Promise<void> {
  for (const pod of await jobs.pods()) {
    if (pod.status?.phase !== 'Running' || pod.metadata.deletionTimestamp) continue;
    const chance = random();
    const { name = '' } = pod.metadata;
    try {
      if (chance < 0.1) await jobs.plane.client.delete(corePods, { ...PLACE, name });
      else await jobs.plane.pods.exit(pod, chance < 0.3 ? 1 : 0);
    } catch (thrown) {
      // Ignored: the faults hit us as well, and the next round tries again.
      if (!isApiError(thrown, 'ServiceUnavailable', 'Conflict', 'NotFound')) throw thrown;
    }
  }
}

interface Counted {
  readonly succeeded: number;
  readonly failed: number;
}

const counted = ({ status }: Job): Counted => ({
  succeeded: (status?.succeeded ?? 0) + (status?.uncountedTerminatedPods?.succeeded?.length ?? 0),
  failed: (status?.failed ?? 0) + (status?.uncountedTerminatedPods?.failed?.length ?? 0),
});

/** What has become of Pods so far, by the log of all that was written. */
class Truth {
  readonly succeeded = new Set<string>();
  readonly ended = new Set<string>();

  see(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if (pod.status?.phase === 'Succeeded') this.succeeded.add(uid);
    if (pod.status?.phase === 'Failed' || pod.metadata.deletionTimestamp) this.ended.add(uid);
  }
}

/** Every version of every object in `history`, in order: what is counted never runs ahead of what has happened, nor back. */
function judge(history: readonly ApiObject[]): { truth: Truth; last: Counted } {
  const truth = new Truth();
  let last: Counted = { succeeded: 0, failed: 0 };
  for (const object of history) {
    if (object.kind === 'Pod') truth.see(object as Pod);
    if (object.kind !== 'Job') continue;
    const now = counted(object as Job);
    expect(now.succeeded).toBeGreaterThanOrEqual(last.succeeded);
    expect(now.failed).toBeGreaterThanOrEqual(last.failed);
    expect(now.succeeded).toBeLessThanOrEqual(truth.succeeded.size);
    expect(now.failed).toBeLessThanOrEqual(truth.ended.size);
    last = now;
  }
  return { truth, last };
}

test('a Job counts each of its Pods once, although writes are lost and controllers are restarted', async () => {
  const random = seededRandom(testSeed());
  const faults = new Faults(random);
  await using jobs = await jobPlane({ interceptStore: faults.intercept });
  const history: ApiObject[] = [];
  const sink: WatchSink = {
    onEvents: (events) => {
      for (const { object } of events) history.push(object);
    },
    onClose: (error) => faults.closed.push(error),
  };
  const { client } = jobs.plane;
  const watches = [
    await client.watch(batchJobs as ResourceRef, { resourceVersion: '0' }, sink),
    await client.watch(corePods as ResourceRef, { resourceVersion: '0' }, sink),
  ];
  await jobs.start({ completions: COMPLETIONS, parallelism: 7, backoffLimit: 10_000 });
  faults.share = 0.15;
  for (let round = 0; round < 40; round++) {
    await endSome(jobs, random);
    jobs.plane.clock.advance(60_000);
    await jobs.plane.eventually(() => undefined);
    if (round % 10 === 9) await jobs.plane.restartControllers();
  }
  faults.share = 0;
  await jobs.plane.eventually(
    async () => {
      await endSome(jobs, random);
      jobs.plane.clock.advance(60_000);
      return jobs.job();
    },
    ({ status }) => expect(status?.conditions?.map(({ type }) => type)).toContain('Complete'),
  );
  const { status } = await jobs.ends(COMPLETE);
  const pods = await jobs.pods();
  expect(faults.lost).toBeGreaterThan(5);
  expect(faults.closed).toEqual([]);
  expect(pods.flatMap(({ metadata }) => metadata.finalizers ?? [])).not.toContain(FINALIZER);
  for (const watch of watches) watch.stop();
  history.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  const { last, truth } = judge(history);
  expect(status?.succeeded).toBe(truth.succeeded.size);
  expect(status?.succeeded).toBe(COMPLETIONS);
  expect(status?.failed).toBe([...truth.ended].filter((uid) => !truth.succeeded.has(uid)).length);
  expect(last).toEqual({ succeeded: status?.succeeded, failed: status?.failed });
});

test('two processes that share the work count each Pod once, and make no more than one would', async () => {
  await using database = await createTestDatabase();
  await using server = await postgresQueueServer();
  const options = { controllers: ['job'], databaseUrl: database.url } as const;
  await using jobs = await jobPlane({
    ...options,
    queue: await server.backend(),
    shared: { identity: 'first' },
  });
  await using second = await jobPlane({
    ...options,
    drivePods: false,
    queue: await server.backend(),
    shared: { identity: 'second' },
  });
  await jobs.start({ completions: 30, parallelism: 8 });
  await jobs.plane.eventually(
    async () => {
      // Processes of one cluster go by one time.
      second.plane.clock.advance(jobs.plane.clock.now() - second.plane.clock.now());
      const running = (await jobs.pods()).filter(({ status }) => status?.phase === 'Running');
      await jobs.exit(running, 0);
      return jobs.job();
    },
    ({ status }) => expect(status?.conditions?.map(({ type }) => type)).toContain('Complete'),
  );
  const { status } = await jobs.ends(COMPLETE);
  expect(status?.succeeded).toBe(30);
  expect(status?.failed).toBeUndefined();
  expect(await jobs.pods()).toHaveLength(30);
});
