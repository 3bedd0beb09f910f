/**
 * What one write costs in the API server: ConfigMaps of 1 KiB created, Pods created, bound and reported on through the in-process client, first on a
 * store that only remembers (the pipeline's own cost), then on PostgreSQL (with the group commit that callers share).
 *
 *   npx tsx bench/apiserver-pipeline.ts [--pods 10000] [--concurrency 500] [--memory-only]
 *
 * With `node --cpu-prof --import tsx` it leaves a profile of the hot path.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ApiServer } from '../src/apiserver/api-server.ts';
import { ADMIN_USER } from '../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../src/apiserver/client.ts';
import { createClient } from '../src/apiserver/in-process-client.ts';
import { coreConfigMaps, corePods } from '../src/scheme/generated/resources.ts';
import type { ConfigMap, Pod } from '../src/scheme/generated/types/core-v1.ts';
import { STRATEGIES } from '../src/scheme/groups/strategies.ts';
import { createScheme } from '../src/scheme/scheme.ts';
import { createDatabaseIfMissing } from '../src/store/create-database.ts';
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { createStore } from '../src/store/postgres-store.ts';
import type { ObjectStore } from '../src/store/store.ts';
import { createMemoryStore } from './memory-store.ts';

const { values: flags } = parseArgs({
  options: {
    pods: { type: 'string', default: '10000' },
    concurrency: { type: 'string', default: '500' },
    'memory-only': { type: 'boolean', default: false },
  },
});
const PODS = Number(flags.pods);
const CONCURRENCY = Number(flags.concurrency);

/** A measurement is taken in so many parts: the cheapest one is what a call costs when nothing else disturbs it. */
const PARTS = 20;

/** Calls `work` for each number below the count of Pods, many at a time, and prints what one call cost. */
async function measure(label: string, work: (i: number) => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  const parts: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const from = Math.floor((PODS * part) / PARTS);
    parts.push(await costOf(from, Math.floor((PODS * (part + 1)) / PARTS), work));
  }
  const rate = Math.round((PODS / (performance.now() - startedMs)) * 1000);
  const mean = parts.reduce((sum, cost) => sum + cost, 0) / PARTS;
  console.log(
    `${label.padEnd(28)} ${String(rate).padStart(8)}/s  ${mean.toFixed(1).padStart(7)} µs of CPU each, ${Math.min(
      ...parts,
    )
      .toFixed(1)
      .padStart(7)} at best`,
  );
}

/** The CPU time of one call, in microseconds. */
async function costOf(
  from: number,
  to: number,
  work: (i: number) => Promise<unknown>,
): Promise<number> {
  const startedCpu = process.cpuUsage();
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < to) await work(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const { user, system } = process.cpuUsage(startedCpu);
  return (user + system) / (to - from);
}

function newConfigMap(i: number): Pick<ConfigMap, 'metadata' | 'data'> {
  return { metadata: { name: `map-${i}`, namespace: 'default' }, data: { payload: PAYLOAD } };
}

const PAYLOAD = 'x'.repeat(1024);

function newPod(i: number): Pick<Pod, 'metadata' | 'spec'> {
  return {
    metadata: {
      name: `web-${i}`,
      namespace: 'default',
      labels: { app: 'nginx', 'pod-template-hash': '75675f5897' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'nginx-deployment-75675f5897',
          uid: 'aaaaaaaa-0000-4000-8000-000000000000',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      containers: [
        {
          name: 'nginx',
          image: 'nginx:1.7.9',
          ports: [{ containerPort: 80 }],
          resources: { requests: { cpu: '100m', memory: '64Mi' } },
        },
      ],
    },
  };
}

function runningStatus(pod: Pod): NonNullable<Pod['status']> {
  const now = '2026-01-01T00:00:00Z';
  const condition = (
    type: string,
  ): { type: string; status: string; lastTransitionTime: string } => ({
    type,
    status: 'True',
    lastTransitionTime: now,
  });
  return {
    ...pod.status,
    phase: 'Running',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    hostIP: '10.0.0.1',
    podIP: '10.1.2.3',
    podIPs: [{ ip: '10.1.2.3' }],
    startTime: now,
    containerStatuses: [
      {
        name: 'nginx',
        image: 'nginx:1.7.9',
        imageID: 'docker.io/library/nginx@sha256:0',
        ready: true,
        restartCount: 0,
        started: true,
        state: { running: { startedAt: now } },
      },
    ],
  };
}

async function run(label: string, store: ObjectStore): Promise<void> {
  const scheme = createScheme({ strategies: STRATEGIES });
  await store.start();
  const server = new ApiServer({ store, scheme });
  await server.start();
  const client: ApiClient = createClient(server, { user: ADMIN_USER });
  const pods: Pod[] = [];
  await measure(`${label}: create ConfigMap`, (i) =>
    client.create(coreConfigMaps, newConfigMap(i)),
  );
  await measure(`${label}: create`, async (i) => {
    pods[i] = await client.create(corePods, newPod(i));
  });
  await measure(`${label}: bind`, (i) =>
    client.createSubresource(corePods, { namespace: 'default', name: `web-${i}` }, 'binding', {
      target: { kind: 'Node', name: 'node-1' },
    }),
  );
  await measure(`${label}: status update`, async (i) => {
    const pod = await client.get(corePods, {
      namespace: 'default',
      name: `web-${i}`,
      resourceVersion: '0',
    });
    const status = runningStatus(pod);
    await client.update(corePods, { ...pod, status }, { subresource: 'status' });
  });
  await measure(`${label}: cached get`, (i) =>
    client.get(corePods, { namespace: 'default', name: `web-${i}`, resourceVersion: '0' }),
  );
  server.stop();
  await store.stop();
}

async function runOnPostgres(): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-bench-'));
  fs.chmodSync(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory });
  try {
    const url = new URL(postgres.url);
    url.pathname = '/apiserver_pipeline';
    await createDatabaseIfMissing(url.href);
    await migrate({ url: url.href });
    await run('postgres', createStore({ url: url.href }));
  } finally {
    await postgres.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

await run('memory', createMemoryStore());
if (!flags['memory-only']) await runOnPostgres();
