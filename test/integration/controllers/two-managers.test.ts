/** Two controller managers whose leases are lost and whose processes stand still, at random: judged by the whole history. */
import { expect, test } from '@jest/globals';
import { createCronJobController } from '../../../src/controllers/cronjob/reconciler.ts';
import { createJobController } from '../../../src/controllers/job/reconciler.ts';
import { createNodeIpamController } from '../../../src/controllers/node-ipam/reconciler.ts';
import { createReplicaSetController } from '../../../src/controllers/replicaset/reconciler.ts';
import { createResourceQuotaController } from '../../../src/controllers/resourcequota/reconciler.ts';
import { type Random, seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import {
  appsReplicaSets,
  batchCronJobs,
  batchJobs,
  coordinationLeases,
  coreNodes,
  corePods,
  coreResourceQuotas,
} from '../../../src/scheme/generated/resources.ts';
import type { Job } from '../../../src/scheme/generated/types/batch-v1.ts';
import type { Lease } from '../../../src/scheme/generated/types/coordination-v1.ts';
import type { Node, Pod, ResourceQuota } from '../../../src/scheme/generated/types/core-v1.ts';
import { type ApiObject, controllerOf, type WatchEvent } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type ManagerProcess, managerProcess } from '../../support/manager-process.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { settled } from '../../support/settled.ts';
import { testSeed } from '../../support/test-seed.ts';
import { newCronJob, newReplicaSet } from '../../support/workloads.ts';

const STEPS = 90;
const REPLICAS = 4;
const COMPLETIONS = 6;
/** Of the world, a step. */
const STEP_MS = 20_000;
const QUOTA = { namespace: 'default', name: 'limits' };
const LEASE = { namespace: 'kube-system', name: 'orrery-node-ipam' };

async function historyOf<T extends ApiObject>(
  { client }: TestApi,
  ref: ResourceRef<T>,
): Promise<WatchEvent<T>[]> {
  const events: WatchEvent<T>[] = [];
  await client.watch(
    ref,
    {},
    { onEvents: (more) => events.push(...more), onClose: () => undefined },
  );
  return events;
}

const revision = ({ metadata }: ApiObject): number => Number(metadata.resourceVersion);

/** Lets a second pass, when no write is under way: a write takes no seconds. */
async function passSecond(processes: readonly ManagerProcess[]): Promise<void> {
  await settled();
  for (const { clock, writes } of processes) {
    await eventually(() => expect(writes.underWay).toBe(0));
    clock.pass(1_000);
  }
}

/** Whatever chance does before and after, the lease changes hands in these steps: its holder is cut off, the other is well. */
const HANDOVER = { from: 40, to: 62 };

function trouble(processes: readonly ManagerProcess[], step: number, random: Random): void {
  if (step < HANDOVER.from || step > HANDOVER.to) {
    for (const process of processes) troubleAtRandom(process, random);
  }
}

function handOver(
  processes: readonly ManagerProcess[],
  leases: readonly WatchEvent<Lease>[],
): void {
  const held = leases.findLast(({ object }) => object.metadata.name === LEASE.name);
  const holder = held?.object.spec?.holderIdentity;
  for (const { clock, identity, link } of processes) {
    clock.isStopped = false;
    link.isUp = identity !== holder;
  }
}

function troubleAtRandom(process: ManagerProcess, random: Random): void {
  if (random() < 0.08) process.clock.isStopped = !process.clock.isStopped;
  if (random() < 0.08) process.link.isUp = !process.link.isUp;
}

async function finishPods({ client }: TestApi): Promise<void> {
  const { items } = await client.list(corePods, { labelSelector: 'batch.kubernetes.io/job-name' });
  const pending = items.filter(({ status }) => status?.phase === 'Pending');
  const patch = { status: { phase: 'Succeeded' } };
  await Promise.allSettled(
    pending.map(({ metadata: { name = '', namespace } }) =>
      client.patch(
        corePods,
        { namespace, name },
        { type: 'merge', patch },
        { subresource: 'status' },
      ),
    ),
  );
}

async function act(api: TestApi, step: number, random: Random): Promise<void> {
  const { client } = api;
  await client.create(coreNodes, { metadata: { name: `n${step}` } });
  const victim = Math.floor(random() * step);
  if (random() < 0.3) await client.delete(coreNodes, { name: `n${victim}` }).catch(() => undefined);
  if (step % 10 === 0) {
    await client.create(appsReplicaSets, newReplicaSet(`rs${step}`, { replicas: REPLICAS }));
    await client.create(batchJobs, newJob(`job${step}`));
  }
  const pods = (await client.list(corePods, { labelSelector: 'app' })).items;
  const pod = pods[Math.floor(random() * pods.length)];
  if (pod && random() < 0.2) {
    const { name = '', namespace } = pod.metadata;
    await client.delete(corePods, { namespace, name }).catch(() => undefined);
  }
  await finishPods(api);
}

/** Every minute of the world each makes a Job; of those that have ended none is kept, so that its name is free again. */
async function createCronJobs({ client }: TestApi): Promise<void> {
  for (const concurrencyPolicy of ['Allow', 'Forbid', 'Replace'] as const) {
    const name = concurrencyPolicy.toLowerCase();
    const spec = { concurrencyPolicy, successfulJobsHistoryLimit: 0 };
    await client.create(batchCronJobs, newCronJob(name, spec));
  }
}

const newJob = (name: string) => ({
  metadata: { namespace: 'default', name },
  spec: {
    completions: COMPLETIONS,
    parallelism: 3,
    template: {
      spec: { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'busybox:1' }] },
    },
  },
});

/** The range of each node, and by which write it got it. */
function assignments(nodes: readonly WatchEvent<Node>[]): { cidr: string; at: number }[] {
  const seen = new Set<string | undefined>();
  return nodes.flatMap(({ object }) => {
    const cidr = object.spec?.podCIDR;
    if (!cidr || seen.has(object.metadata.uid)) return [];
    seen.add(object.metadata.uid);
    return [{ cidr, at: revision(object) }];
  });
}

function expectRangesApart(nodes: readonly WatchEvent<Node>[]): void {
  const owners = new Map<string, string | undefined>();
  for (const { object, type } of nodes) {
    const cidr = object.spec?.podCIDR;
    if (!cidr) continue;
    const owner = owners.get(cidr) ?? object.metadata.uid;
    expect({ cidr, owner: object.metadata.uid }).toEqual({ cidr, owner });
    if (type === 'DELETED') owners.delete(cidr);
    else owners.set(cidr, owner);
  }
}

/** Each range was given by the process that held the lease when the write was committed. */
function expectLeaseHeld(
  nodes: readonly WatchEvent<Node>[],
  leases: readonly WatchEvent<Lease>[],
  authors: ReadonlyMap<number, string>,
): void {
  const terms = leases.filter(({ object }) => object.metadata.name === LEASE.name);
  for (const { at } of assignments(nodes)) {
    const holder = terms.findLast(({ object }) => revision(object) < at)?.object.spec
      ?.holderIdentity;
    expect({ at, holder }).toEqual({ at, holder: authors.get(at) });
  }
}

/** At no time does an owner have more living Pods than it wants, nor a Job more than it needs in all. */
function expectNoPodTooMany(pods: readonly WatchEvent<Pod>[]): void {
  const living = new Map<string, Set<string>>();
  const everOfJob = new Map<string, Set<string>>();
  for (const { object, type } of pods) {
    const owner = controllerOf(object);
    const { deletionTimestamp, uid = '' } = object.metadata;
    if (!owner) continue;
    const places = owner.kind === 'Job' ? everOfJob : living;
    const own = places.get(owner.name) ?? new Set();
    places.set(owner.name, own);
    if (owner.kind !== 'Job' && (type === 'DELETED' || deletionTimestamp)) own.delete(uid);
    else own.add(uid);
    const limit = owner.kind === 'Job' ? COMPLETIONS : REPLICAS;
    expect({ owner: owner.name, tooMany: own.size > limit }).toEqual({
      owner: owner.name,
      tooMany: false,
    });
  }
}

/** Whatever became of a time's Job, there is no second one. */
function expectOneJobForEachTime(jobs: readonly WatchEvent<Job>[]): void {
  const made = jobs
    .filter(({ type, object }) => type === 'ADDED' && controllerOf(object)?.kind === 'CronJob')
    .map(({ object: { metadata } }) => metadata.name);
  expect(made.length).toBeGreaterThan(STEPS * 0.5);
  expect(made).toHaveLength(new Set(made).size);
}

/** The uids of what there was at each of `versions`, in their order. */
function* livingAt(events: readonly WatchEvent[], versions: readonly number[]) {
  const living = new Set<string | undefined>();
  let next = 0;
  for (const version of versions) {
    for (let event = events[next]; event; event = events[++next]) {
      if (revision(event.object) > version) break;
      if (event.type === 'DELETED') living.delete(event.object.metadata.uid);
      else living.add(event.object.metadata.uid);
    }
    yield living;
  }
}

/** At no version does the quota say that less is used than there is: nobody could get more than it allows. */
function expectQuotaNeverBelow(
  quotas: readonly WatchEvent<ResourceQuota>[],
  counted: Readonly<Record<string, readonly WatchEvent[]>>,
): void {
  const versions = quotas.map(({ object }) => revision(object));
  for (const [name, events] of Object.entries(counted)) {
    let i = 0;
    for (const living of livingAt(events, versions)) {
      const used = quotas[i++]?.object.status?.used?.[name];
      const tooFew = used !== undefined && Number(used) < living.size;
      expect({ name, at: versions[i - 1], tooFew }).toEqual({
        name,
        at: versions[i - 1],
        tooFew: false,
      });
    }
  }
}

test('two managers that lose their leases and stand still at random never both act, and do all that is to be done', async () => {
  await using database = await createTestDatabase();
  const world = new VirtualClock();
  await using api = await testApi({ databaseUrl: database.url, clock: world });
  const random = seededRandom(testSeed());
  const nodes = await historyOf(api, coreNodes);
  const pods = await historyOf(api, corePods);
  const leases = await historyOf(api, coordinationLeases);
  const jobs = await historyOf(api, batchJobs);
  const quotas = await historyOf(api, coreResourceQuotas);
  await api.client.create(coreResourceQuotas, {
    metadata: QUOTA,
    spec: { hard: { 'count/pods': '10k', 'count/jobs.batch': '10k' } },
  });
  await createCronJobs(api);
  const authors = new Map<number, string>();
  const start = (identity: string): Promise<ManagerProcess> =>
    managerProcess({
      identity,
      databaseUrl: database.url,
      worldClock: world,
      controllersFor: ({ scheme }) => [
        createNodeIpamController(),
        createReplicaSetController(),
        createJobController(),
        createCronJobController(),
        createResourceQuotaController({
          findResource: ({ group, resource }) => scheme.preferred(group, resource),
        }),
      ],
      onWritten: (author, object) => {
        if (!authors.has(revision(object))) authors.set(revision(object), author);
      },
    });
  await using one = await start('one');
  await using two = await start('two');
  const processes = [one, two];
  for (let step = 0; step < STEPS; step++) {
    trouble(processes, step, random);
    if (step === HANDOVER.from) handOver(processes, leases);
    await act(api, step, random);
    world.advance(STEP_MS);
    await passSecond(processes);
  }
  for (const { clock, link } of processes) {
    clock.isStopped = false;
    link.isUp = true;
  }
  await eventually(
    async () => {
      await passSecond(processes);
      await finishPods(api);
      const jobs = (await api.client.list(batchJobs, {})).items;
      const asked = jobs.filter((job) => !controllerOf(job));
      const sets = (await api.client.list(appsReplicaSets, {})).items;
      const { items } = await api.client.list(coreNodes, {});
      const all = (await api.client.list(corePods, {})).items;
      const quota = await api.client.get(coreResourceQuotas, QUOTA);
      return {
        quota: quota.status?.used,
        counted: { 'count/pods': `${all.length}`, 'count/jobs.batch': `${jobs.length}` },
        without: items.filter(({ spec }) => !spec?.podCIDR).length,
        replicas: new Set(sets.map(({ status }) => status?.replicas)),
        succeeded: new Set(asked.map(({ status }) => status?.succeeded)),
      };
    },
    (state) =>
      expect(state).toEqual({
        quota: state.counted,
        counted: state.counted,
        without: 0,
        replicas: new Set([REPLICAS]),
        succeeded: new Set([COMPLETIONS]),
      }),
    { withinMs: 60_000 },
  );
  expectRangesApart(nodes);
  expectLeaseHeld(nodes, leases, authors);
  expectNoPodTooMany(pods);
  expectOneJobForEachTime(jobs);
  expectQuotaNeverBelow(quotas, { 'count/pods': pods, 'count/jobs.batch': jobs });
  const holders = leases.filter(({ object }) => object.metadata.name === LEASE.name);
  expect(new Set(holders.map(({ object }) => object.spec?.holderIdentity)).size).toBeGreaterThan(1);
}, 120_000);
