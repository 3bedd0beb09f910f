import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ApiServer } from '../../src/apiserver/api-server.ts';
import { ADMIN_USER } from '../../src/apiserver/authentication/identities.ts';
import type { ApiClient, NewObject } from '../../src/apiserver/client.ts';
import { createClient } from '../../src/apiserver/in-process-client.ts';
import { readSchedulingDecisionConfig } from '../../src/composition/scheduling-decision-config.ts';
import { openSchedulingDecisions } from '../../src/composition/scheduling-decisions.ts';
import { CleanupStack } from '../../src/lib/cleanup-stack.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deferred } from '../../src/lib/deferred.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { MetricRegistry } from '../../src/lib/metrics.ts';
import type { DecisionSettings } from '../../src/scheduler/decisions/decision-recorder.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import {
  coreNodes,
  corePods,
  schedulingPriorityClasses,
} from '../../src/scheme/generated/resources.ts';
import type { Node, Pod } from '../../src/scheme/generated/types/core-v1.ts';
import { STRATEGIES } from '../../src/scheme/groups/strategies.ts';
import { createScheme } from '../../src/scheme/scheme.ts';
import { createDatabaseIfMissing } from '../../src/store/create-database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createStore } from '../../src/store/postgres-store.ts';
import { runControllers } from '../../test/support/running-controllers.ts';
import type { Sample } from '../figure.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { HOSTNAME, type SchedulingCase, schedulingCases, ZONE } from './scheduling-cases.ts';

const CREATING_AT_ONCE = 256;
const CHURN_INTERVAL_MS = 100;

/**
 * The scheduler and the API server in this process, on a PostgreSQL of their own, as Kubernetes' scheduler_perf has its
 * scheduler, API server and etcd: from the first create to the last binding, both stored.
 */
export const measureScheduling: Measurement = async (ctx) => {
  const nodes = ctx.options.quick ? 100 : 5_000;
  const samples: Sample[] = [];
  const all = schedulingCases(nodes, ctx.options.quick ? 0.02 : 1);
  for (const each of chosen(all, ctx.options.cases)) {
    ctx.say(`scheduling: ${each.pods} ${each.label} on ${nodes} nodes`);
    samples.push(await measureCase(ctx, each, nodes));
  }
  return samples;
};

/** @throws {Error} with a sentence for the user */
function chosen(
  all: readonly SchedulingCase[],
  names: ReadonlySet<string> | undefined,
): readonly SchedulingCase[] {
  const known = all.map(({ name }) => name);
  for (const name of names ?? []) {
    if (known.includes(name)) continue;
    throw new Error(`--cases: there is no case "${name}"; there are ${known.join(', ')}`);
  }
  return names ? all.filter(({ name }) => names.has(name)) : all;
}

async function measureCase(
  ctx: BenchContext,
  each: SchedulingCase,
  nodes: number,
): Promise<Sample> {
  const cleanup = new CleanupStack();
  try {
    const { client, decisions } = await startPlane(cleanup);
    await createAll(nodes, (index) => addNode(client, newNode(index, each.zones ?? 3)));
    await client.create(schedulingPriorityClasses, { metadata: { name: 'high' }, value: 1_000 });
    const running = await runControllers({ client, controllers: [createScheduler({ decisions })] });
    cleanup.defer(async () => running[Symbol.asyncDispose]());
    const { initialPods = 0, initialPod, initialWait } = each;
    if (initialPod) await schedule(client, initialPods, initialPod, initialWait ? 0 : initialPods);
    const churn = each.churns ? startChurn(client) : undefined;
    const cpuBefore = process.cpuUsage();
    const seconds = await schedule(client, each.pods, each.pod, each.pods);
    await churn?.();
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuMs = (user + system) / 1_000 / each.pods;
    const rate = each.pods / seconds;
    const target = each.atLeast ? ` (at least ${each.atLeast}/s)` : '';
    ctx.say(`  ${rate.toFixed(0)}/s${target}, ${cpuMs.toFixed(2)} ms of CPU a Pod in all`);
    return {
      name: `scheduling_${each.name}_pods_per_s`,
      label: `${each.pods} ${each.label}, ${initialPods} before them, ${nodes} nodes`,
      unit: '/s',
      value: rate,
      ...(each.atLeast && !ctx.options.quick ? { target: { atLeast: each.atLeast } } : {}),
    };
  } finally {
    await cleanup.run();
  }
}

interface SchedulingPlane {
  readonly client: ApiClient;
  readonly decisions: DecisionSettings;
}

/** The scheduler keeps its decisions, as it does for users. */
async function startPlane(cleanup: CleanupStack): Promise<SchedulingPlane> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-scheduling-'));
  fs.chmodSync(directory, 0o711);
  cleanup.defer(() => fs.rmSync(directory, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory });
  cleanup.defer(() => postgres.stop());
  const { url } = postgres;
  await createDatabaseIfMissing(url);
  await migrate({ url });
  const store = createStore({ url });
  await store.start();
  cleanup.defer(() => store.stop());
  const server = new ApiServer({ store, scheme: createScheme({ strategies: STRATEGIES }) });
  await server.start();
  cleanup.defer(() => server.stop());
  const { settings } = openSchedulingDecisions(
    {
      config: { schedulingDecisions: readSchedulingDecisionConfig({}) },
      database: { url },
      metrics: new MetricRegistry(),
      clock: systemClock,
      logger: silentLogger,
    },
    cleanup,
  );
  return { client: createClient(server, { user: ADMIN_USER }), decisions: settings };
}

function newNode(index: number, zones: number): NewObject<Node> {
  const name = `node-${index}`;
  const resources = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    metadata: { name, labels: { [HOSTNAME]: name, [ZONE]: `zone-${index % zones}` } },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** The node as its kubelet would have it: without the taint of new nodes. */
async function addNode(client: ApiClient, node: NewObject<Node>): Promise<void> {
  const created = await client.create(coreNodes, node);
  await client.update(coreNodes, { ...created, spec: { ...created.spec, taints: [] } });
}

/** Creates pods and waits until so many of them have a node. @returns the seconds that it took */
async function schedule(
  client: ApiClient,
  count: number,
  podOf: (index: number) => NewObject<Pod>,
  placed: number,
): Promise<number> {
  const names = new Set(Array.from({ length: count }, (_, index) => podOf(index).metadata.name));
  const all = deferred<void>();
  let bound = 0;
  if (placed === 0) all.resolve();
  const seen = new Set<string>();
  const watch = await client.watch(
    corePods,
    {},
    {
      onEvents(events) {
        for (const { type, object } of events) {
          const { name = '' } = object.metadata;
          if (type !== 'MODIFIED' || !object.spec?.nodeName || !names.has(name)) continue;
          if (seen.has(name)) continue;
          seen.add(name);
          if (++bound === placed) all.resolve();
        }
      },
      onClose: (error) => all.reject(error),
    },
  );
  const startedMs = performance.now();
  try {
    await createAll(count, (index) => client.create(corePods, podOf(index)));
    await all.promise;
  } finally {
    watch.stop();
  }
  return (performance.now() - startedMs) / 1_000;
}

async function createAll(
  count: number,
  create: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await create(next++);
  };
  await Promise.all(Array.from({ length: CREATING_AT_ONCE }, worker));
}

/** Nodes without room and pods without a node come and go. */
function startChurn(client: ApiClient): () => Promise<void> {
  let index = 0;
  let turn = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(() => churnOnce(client, index++));
  }, CHURN_INTERVAL_MS);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}

async function churnOnce(client: ApiClient, index: number): Promise<void> {
  const name = `churn-${index}`;
  const resources = { requests: { cpu: '100' } };
  await client.create(coreNodes, { metadata: { name }, status: { allocatable: { pods: '0' } } });
  await client.create(corePods, {
    metadata: { namespace: 'default', name },
    spec: { containers: [{ name: 'big', image: 'big', resources }] },
  });
  await client.delete(corePods, { namespace: 'default', name }, { gracePeriodSeconds: 0 });
  await client.delete(coreNodes, { name });
}
