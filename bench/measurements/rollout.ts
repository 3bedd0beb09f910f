import type { GraphqlClient } from '../../test/support/graphql-client.ts';
import type { Sample } from '../figure.ts';
import { findPostgres, type ProcessUsage, readTreeUsage, readUsage } from '../process-usage.ts';
import type { Workbench } from '../workbench.ts';
import {
  type ClusterSize,
  DEPLOYMENT,
  deploymentManifest,
  NAMESPACE,
  readVersion,
  waitFor,
} from './cluster.ts';
import type { BenchContext } from './measurement.ts';
import { profiled } from './profiled.ts';
import { measureRawRows } from './raw-rows.ts';

const APPLY = `
  mutation Apply($manifest: String!) {
    apply(manifest: $manifest) { operation message }
  }`;
const WATCH_DEPLOYMENT = `
  subscription WatchDeployment($namespace: String!, $fieldSelector: String!) {
    watchAppsV1Deployments(namespace: $namespace, fieldSelector: $fieldSelector) {
      object { status { observedGeneration replicas updatedReplicas readyReplicas availableReplicas } }
    }
  }`;
const POD_STATES = `
  query PodStates($namespace: String!) {
    core { v1 { pods(namespace: $namespace) { items { status { phase conditions { type status } } } } } }
  }`;
const DELETE = `
  mutation Delete($namespace: String!, $name: String!) {
    deleteAppsV1Deployment(namespace: $namespace, name: $name) { deleted }
  }`;
const ANY_POD = `
  query AnyPod($namespace: String!) {
    core { v1 { pods(namespace: $namespace, limit: 1) { items { metadata { name } } } } }
  }`;

interface DeploymentEvent {
  readonly watchAppsV1Deployments: {
    readonly object: {
      readonly status: {
        readonly replicas: number | null;
        readonly updatedReplicas: number | null;
        readonly readyReplicas: number | null;
        readonly availableReplicas: number | null;
      } | null;
    } | null;
  };
}

interface PodStates {
  readonly core: {
    readonly v1: {
      readonly pods: {
        readonly items: readonly {
          readonly status: {
            readonly phase: string;
            readonly conditions: readonly { readonly type: string; readonly status: string }[];
          };
        }[];
      };
    };
  };
}

/** From `apply` of a Deployment until each of its Pods is Running and Ready, and the Deployment says so. */
export async function measureRollout(
  ctx: BenchContext,
  bench: Workbench,
  size: ClusterSize,
): Promise<Sample[]> {
  const { client } = bench;
  ctx.say(`rollout: ${size.pods} Pods on ${size.nodes} nodes`);
  const versionBefore = await readVersion(client);
  const before = readCpu(bench);
  const seconds = await profiled(ctx, bench, 'rollout', () => rollOut(ctx, client, size.pods));
  const after = readCpu(bench);
  const writes = (await readVersion(client)) - versionBefore;
  await assertAllReady(client, size.pods);
  ctx.say(`rollout: the ${writes} writes of it as plain rows`);
  const rawSeconds = await measureRawRows(bench.databaseUrl, { objects: size.pods, writes });
  const samples = toSamples(size, seconds, rawSeconds);
  return [
    ...samples,
    {
      name: `rollout_${size.pods}_pods_writes`,
      label: 'writes that it took (versions spent)',
      unit: '',
      value: writes,
    },
    cpuSample(size, 'server', after.server.cpuSeconds - before.server.cpuSeconds),
    cpuSample(size, 'postgres', after.postgres.cpuSeconds - before.postgres.cpuSeconds),
  ];
}

async function rollOut(ctx: BenchContext, client: GraphqlClient, pods: number): Promise<number> {
  const watch = client.subscribe<DeploymentEvent>(WATCH_DEPLOYMENT, {
    namespace: NAMESPACE,
    fieldSelector: `metadata.name=${DEPLOYMENT}`,
  });
  const startedAt = performance.now();
  await client.request(APPLY, { manifest: deploymentManifest(pods) });
  let toldAt = startedAt;
  await waitFor(async () => {
    const status = watch.results.at(-1)?.watchAppsV1Deployments.object?.status;
    if (performance.now() - toldAt > 2_000) {
      toldAt = performance.now();
      const elapsed = ((toldAt - startedAt) / 1_000).toFixed(0);
      ctx.say(`  ${elapsed} s: ${status?.replicas ?? 0} Pods, ${status?.readyReplicas ?? 0} Ready`);
    }
    return [status?.updatedReplicas, status?.readyReplicas, status?.availableReplicas].every(
      (count) => count === pods,
    );
  }, 5);
  const seconds = (performance.now() - startedAt) / 1_000;
  watch.stop();
  return seconds;
}

async function assertAllReady(client: GraphqlClient, pods: number): Promise<void> {
  const { core } = await client.request<PodStates>(POD_STATES, { namespace: NAMESPACE });
  const { items } = core.v1.pods;
  const ready = items.filter(
    ({ status }) =>
      status.phase === 'Running' &&
      status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  if (ready.length === pods && items.length === pods) return;
  throw new Error(`the Deployment is complete, but ${ready.length} of ${items.length} Pods are`);
}

/** From the delete of the Deployment until the last of its Pods is gone. */
export async function measureDeletion(
  ctx: BenchContext,
  bench: Workbench,
  { pods }: ClusterSize,
): Promise<Sample[]> {
  const { client } = bench;
  ctx.say(`rollout: deleting the Deployment with its ${pods} Pods`);
  const seconds = await profiled(ctx, bench, 'deletion', async () => {
    const startedAt = performance.now();
    await client.request(DELETE, { namespace: NAMESPACE, name: DEPLOYMENT });
    await waitFor(async () => {
      const { core } = await client.request<PodStates>(ANY_POD, { namespace: NAMESPACE });
      return core.v1.pods.items.length === 0;
    });
    return (performance.now() - startedAt) / 1_000;
  });
  return [
    {
      name: `deletion_${pods}_pods_s`,
      label: `deletion of that Deployment until the last Pod is gone`,
      unit: 's',
      value: seconds,
    },
  ];
}

/** What the server and its PostgreSQL have used so far. */
export function readCpu({ server }: Workbench): { server: ProcessUsage; postgres: ProcessUsage } {
  const postgres = findPostgres(server.pid);
  if (!postgres) throw new Error('the server has no PostgreSQL');
  return { server: readUsage(server.pid), postgres: readTreeUsage(postgres) };
}

function cpuSample({ pods }: ClusterSize, process: 'server' | 'postgres', seconds: number): Sample {
  return {
    name: `rollout_${pods}_pods_${process}_cpu_s`,
    label: `processor time of ${process === 'server' ? 'the server' : 'PostgreSQL'} for it`,
    unit: 's',
    value: seconds,
  };
}

function toSamples({ nodes, pods }: ClusterSize, seconds: number, rawSeconds: number): Sample[] {
  const raw = `rollout_${pods}_pods_raw_rows_s`;
  return [
    {
      name: `rollout_${pods}_pods_s`,
      label: `from apply of a Deployment to ${pods} Pods Running and Ready on ${nodes} nodes`,
      unit: 's',
      value: seconds,
      target: { atMost: 15 },
      limitedBy: raw,
    },
    { name: 'rollout_pods_per_s', label: 'the same, in Pods', unit: '/s', value: pods / seconds },
    {
      name: raw,
      label: 'its writes as rows of the same size by one PostgreSQL session, 200 a transaction',
      unit: 's',
      value: rawSeconds,
    },
  ];
}
