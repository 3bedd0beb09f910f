import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { RequestContext } from '../../../src/graphql/request-context.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { corePods, schedulingPriorityClasses } from '../../../src/scheme/generated/resources.ts';
import type { Pod, PodSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { grant } from '../../support/access.ts';
import { eventually } from '../../support/eventually.ts';
import { type SchedulingPlane, schedulingPlane } from '../../support/scheduling-plane.ts';
import { newPod } from '../../support/workloads.ts';

let plane: SchedulingPlane;

beforeAll(async () => {
  plane = await schedulingPlane();
  await plane.addNode('small', '1');
  await plane.addNode('large', '8');
});

afterAll(async () => plane[Symbol.asyncDispose]());

const requesting = (cpu: string, more: Partial<PodSpec> = {}): Partial<PodSpec> => ({
  containers: [{ name: 'web', image: 'nginx:1.7.9', resources: { requests: { cpu } } }],
  ...more,
});

const create = (name: string, spec: Partial<PodSpec>): Promise<Pod> =>
  plane.graphql.api.client.create(corePods, newPod(name, spec));

interface Told {
  readonly state: string;
  readonly gates: readonly string[];
  readonly latest: Decision | null;
  readonly attempts: readonly Decision[];
}

interface Decision {
  readonly outcome: string;
  readonly nodeName: string | null;
  readonly attempt: number;
  readonly lastAttempt: number;
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  readonly nominatedNodeName: string | null;
  readonly victims: readonly { readonly name: string | null; readonly priority: number }[] | null;
  readonly detail: { readonly candidates: readonly { readonly nodeName: string }[] } | null;
}

const FIELDS = `
  state gates
  latest { ...facts }
  attempts(first: 5) { ...facts }`;
const FACTS = `fragment facts on SchedulingDecision {
  outcome nodeName attempt lastAttempt nominatedNodeName
  reasons { plugin reason count hint }
  victims { namespace name priority }
  detail { candidates { nodeName total plugins { plugin score } } plugins { plugin weight filterMicros } }
}`;

async function schedulingOf(name: string): Promise<Told> {
  const query = `query ($name: String!) { core { v1 { pod(name: $name) { scheduling { ${FIELDS} } } } } } ${FACTS}`;
  const { core } = await plane.graphql.client.request<{
    core: { v1: { pod: { scheduling: Told } } };
  }>(query, { name });
  return core.v1.pod.scheduling;
}

test('a Pod that found its node tells which it was, and what it was chosen from', async () => {
  await create('found', requesting('100m'));
  const { state, latest } = await eventually(
    () => schedulingOf('found'),
    (told) => expect(told.latest).not.toBeNull(),
  );
  expect(state).toBe('BOUND');
  expect(latest).toMatchObject({ outcome: 'SCHEDULED', attempt: 1 });
  expect(latest?.detail?.candidates.map(({ nodeName }) => nodeName).sort()).toEqual([
    'large',
    'small',
  ]);
});

test('a Pod that waits tells why, and what would help; attempts that end alike are one', async () => {
  await create('waiting', requesting('64'));
  const { state, attempts } = await eventually(
    () => schedulingOf('waiting'),
    (told) => expect(told.attempts).toHaveLength(1),
  );
  expect(state).toBe('PENDING');
  expect(attempts[0]).toMatchObject({
    outcome: 'UNSCHEDULABLE',
    nodeName: null,
    reasons: [
      {
        plugin: 'NodeResourcesFit',
        reason: 'Insufficient cpu',
        count: 2,
        hint: expect.stringContaining('request less cpu'),
      },
    ],
  });
  // A node that gains room, and not enough, has it tried again.
  await plane.addNode('third', '1');
  await eventually(
    () => schedulingOf('waiting'),
    (told) => expect(told.attempts.length).toBeGreaterThan(1),
  );
  const again = await schedulingOf('waiting');
  expect(again.attempts[0]?.reasons[0]).toMatchObject({ reason: 'Insufficient cpu', count: 3 });
});

test('a gated Pod and one of another scheduler have no decisions', async () => {
  await create('gated', requesting('100m', { schedulingGates: [{ name: 'example.com/wait' }] }));
  await create('foreign', requesting('100m', { schedulerName: 'other' }));
  await create('after', requesting('100m'));
  await eventually(
    () => schedulingOf('after'),
    (told) => expect(told.latest).not.toBeNull(),
  );
  expect(await schedulingOf('gated')).toMatchObject({
    state: 'GATED',
    gates: ['example.com/wait'],
    latest: null,
    attempts: [],
  });
  expect(await schedulingOf('foreign')).toMatchObject({ state: 'PENDING', latest: null });
});

const pods = { apiGroups: [''], resources: ['pods'] };
const asUser = (name: string) =>
  createClient(plane.graphql.api.apiServer, { user: { name, groups: [] } });

test('who may get the Pod may know, about victims only who may get them, and nobody else anything', async () => {
  const { client } = plane.graphql.api;
  const important = { metadata: { name: 'important' }, value: 1_000 };
  await client.create(schedulingPriorityClasses, important);
  await plane.addNode('victims', '1', { 'kubernetes.io/hostname': 'victims' });
  const onVictims = { nodeSelector: { 'kubernetes.io/hostname': 'victims' } };
  await create('lesser', requesting('1', onVictims));
  await eventually(
    () => schedulingOf('lesser'),
    (told) => expect(told.latest?.nodeName).toBe('victims'),
  );
  const pod = await create(
    'greater',
    requesting('1', { ...onVictims, priorityClassName: 'important' }),
  );
  const decided = await eventually(
    async () => (await schedulingOf('greater')).attempts.find(({ victims }) => victims),
    (decision) => expect(decision).toBeDefined(),
  );
  expect(decided).toMatchObject({
    nominatedNodeName: 'victims',
    victims: [{ namespace: 'default', name: 'lesser', priority: 0 }],
  });
  const identity = { namespace: 'default', name: 'greater', uid: pod.metadata.uid ?? '' };
  const ask = async (user: string, pod = identity) =>
    (await asUser(user).podDecisions({ pods: [pod], limit: 9, withDetail: false }))[0];
  await grant(
    client,
    { kind: 'User', name: 'one' },
    { ...pods, verbs: ['get'], resourceNames: ['greater'] },
  );
  await grant(client, { kind: 'User', name: 'all' }, { ...pods, verbs: ['list', 'watch'] });
  const told = await ask('one');
  expect(told).toEqual(
    expect.arrayContaining([expect.objectContaining({ victims: [{ priority: 0 }] })]),
  );
  expect(await ask('all')).toMatchObject({ reason: 'Forbidden' });
  // The uid of another's Pod under a name of one's own opens nothing.
  const stolen = {
    ...identity,
    uid: (await client.get(corePods, { namespace: 'default', name: 'waiting' })).metadata.uid ?? '',
  };
  expect(await ask('one', stolen)).toEqual([]);
});

test('however many Pods a query shows, their decisions are read at once', async () => {
  const { client } = plane.graphql.api;
  let calls = 0;
  const counting = new Proxy(client, {
    get(target, property) {
      if (property === 'podDecisions') calls++;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const ctx = new RequestContext({
    user: { name: 'any', groups: [] },
    client: counting,
    logger: silentLogger,
    now: Date.now,
  });
  const { items } = await client.list(corePods);
  const loads = items.map(({ metadata: { name = '', namespace = '', uid = '' } }) =>
    ctx.decisions.load({ pod: { name, namespace, uid }, limit: 1, withDetail: false }),
  );
  const found = await Promise.all(loads);
  expect(found.filter((decisions) => decisions.length > 0).length).toBeGreaterThan(2);
  expect(calls).toBe(1);
});

test('decisions that cannot be kept keep no Pod from its node, and are counted', async () => {
  await using broken = await schedulingPlane();
  await broken.addNode('only', '8');
  const db = new pg.Client({ connectionString: broken.graphql.api.databaseUrl });
  await db.connect();
  await db.query('alter table scheduling_decisions rename to elsewhere');
  await db.end();
  const { client } = broken.graphql.api;
  await client.create(corePods, newPod('web', requesting('100m')));
  await eventually(
    () => client.get(corePods, { namespace: 'default', name: 'web' }),
    ({ spec }) => expect(spec?.nodeName).toBe('only'),
  );
  const dropped = async () =>
    (await broken.metrics.read()).find(
      ({ name }) => name === 'orrery_scheduling_decisions_dropped_total',
    )?.samples[0]?.value;
  await eventually(dropped, (value) => expect(value).toBe(1));
  expect(broken.logger.lines.map(({ message }) => message)).toContain(
    'scheduling decisions could not be written',
  );
});

test('the rows stay within their bound however fast they come, and details within theirs', async () => {
  const settings = { 'scheduling-decision-rows': '40', 'scheduling-details-per-second': '1' };
  await using bounded = await schedulingPlane({ settings });
  await bounded.addNode('only', '8');
  const { client, databaseUrl } = bounded.graphql.api;
  const names = Array.from({ length: 100 }, (_, index) => `web-${index}`);
  await Promise.all(names.map((name) => client.create(corePods, newPod(name, requesting('1m')))));
  const unbound = async () =>
    (await client.list(corePods)).items.filter(({ spec }) => !spec?.nodeName).length;
  await eventually(unbound, (count) => expect(count).toBe(0));
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  const count = async () => {
    const { rows } = await db.query<{ all: number; detailed: number }>(
      'select count(*)::integer as all, count(detail)::integer as detailed from scheduling_decisions',
    );
    return rows[0] ?? { all: 0, detailed: 0 };
  };
  // Between two trims there may be a quarter of the bound too many.
  const kept = await eventually(count, ({ all }) => {
    expect(all).toBeGreaterThanOrEqual(40);
    expect(all).toBeLessThanOrEqual(50);
  });
  await db.end();
  expect(kept.detailed).toBeLessThan(kept.all);
});
