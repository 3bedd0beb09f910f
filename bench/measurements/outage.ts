import type { GraphqlClient } from '../../test/support/graphql-client.ts';
import type { Sample } from '../figure.ts';
import { openWorkbench } from '../workbench.ts';
import { DEPLOYMENT, NAMESPACE, pause, waitFor } from './cluster.ts';
import type { Measurement } from './measurement.ts';

/** What a zone has when it goes down: all Pods are there, because there is no other. */
const FULL_SIZE = { nodes: 1_000, pods: 10_000 };
const QUICK_SIZE = { nodes: 20, pods: 100 };
/** The times that the move has to wait for: until a silent node is Unknown, and how long Pods tolerate that. */
const GRACE_SECONDS = 40;
const TOLERATION_SECONDS = 5;
/** What the move may take beyond them. */
const ALLOWED_SECONDS = 20;
const POLL_MS = 250;

const SERVER_ARGS = [
  '--runtime-config',
  'simulation.orrery.dev/v1alpha1=true',
  '--node-monitor-grace-period',
  String(GRACE_SECONDS),
  '--default-toleration-seconds',
  String(TOLERATION_SECONDS),
  // Kubernetes gives up a node every ten seconds: what is measured is how fast Pods move, not how slowly they may.
  '--node-eviction-rate',
  '1000',
];

/** Nodes that come by the thousand, and a zone of them that goes down with all its Pods. */
export const measureOutage: Measurement = async ({ options, say }) => {
  const size = options.quick ? QUICK_SIZE : FULL_SIZE;
  await using bench = await openWorkbench({
    dist: options.dist,
    profiled: false,
    args: SERVER_ARGS,
  });
  const { client } = bench;
  say(`outage: adding ${size.nodes} nodes`);
  const nodesSeconds = await timed(() => addZone(client, 'a', size.nodes));
  say(`outage: ${size.pods} Pods in zone a`);
  await apply(client, workload(size.pods));
  await waitFor(async () => (await readyReplicas(client)) === size.pods, POLL_MS);
  await addZone(client, 'b', size.nodes);
  say('outage: zone a goes down');
  const moveSeconds = await timed(async () => {
    await apply(client, outage());
    await waitFor(async () => (await readyReplicas(client)) < size.pods, POLL_MS);
    await waitFor(async () => (await readyReplicas(client)) === size.pods, POLL_MS);
  });
  return toSamples(nodesSeconds, moveSeconds - GRACE_SECONDS - TOLERATION_SECONDS);
};

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}

const APPLY = `
  mutation Apply($manifest: String!) { apply(manifest: $manifest) { operation } }`;
const READY_NODES = `
  query ReadyNodes($name: String!) {
    simulation_orrery_dev { v1alpha1 { nodeProfile(name: $name) { status { readyReplicas } } } }
  }`;
const READY_PODS = `
  query ReadyPods($namespace: String!, $name: String!) {
    apps { v1 { deployment(namespace: $namespace, name: $name) { status { readyReplicas } } } }
  }`;

async function apply(client: GraphqlClient, manifest: object): Promise<void> {
  await client.request(APPLY, { manifest: JSON.stringify(manifest) });
}

async function addZone(client: GraphqlClient, zone: string, nodes: number): Promise<void> {
  const name = `zone-${zone}`;
  await apply(client, {
    apiVersion: 'simulation.orrery.dev/v1alpha1',
    kind: 'NodeProfile',
    metadata: { name },
    spec: { replicas: nodes, capacity: { cpu: '16', memory: '64Gi' }, zones: [zone] },
  });
  await waitFor(async () => (await readyNodes(client, name)) === nodes, POLL_MS);
  // Leases, events and taints of what has just come are not what comes next.
  await pause(1_000);
}

async function readyNodes(client: GraphqlClient, name: string): Promise<number> {
  const { simulation_orrery_dev: group } = await client.request<{
    simulation_orrery_dev: {
      v1alpha1: { nodeProfile: { status: { readyReplicas: number | null } | null } };
    };
  }>(READY_NODES, { name });
  return group.v1alpha1.nodeProfile.status?.readyReplicas ?? 0;
}

async function readyReplicas(client: GraphqlClient): Promise<number> {
  const { apps } = await client.request<{
    apps: { v1: { deployment: { status: { readyReplicas: number | null } | null } } };
  }>(READY_PODS, { namespace: NAMESPACE, name: DEPLOYMENT });
  return apps.v1.deployment.status?.readyReplicas ?? 0;
}

function workload(replicas: number): object {
  const labels = { app: DEPLOYMENT };
  const resources = { requests: { cpu: '100m', memory: '64Mi' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: DEPLOYMENT, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1.7.9', resources }] },
      },
    },
  };
}

function outage(): object {
  return {
    apiVersion: 'simulation.orrery.dev/v1alpha1',
    kind: 'Fault',
    metadata: { name: 'outage' },
    spec: { type: 'KillNodes', zone: 'a' },
  };
}

function toSamples(nodesSeconds: number, moveSeconds: number): Sample[] {
  return [
    {
      name: 'add_1000_nodes_s',
      label: 'a NodeProfile of 1,000 nodes, until all are Ready (1 s of it is a pause)',
      unit: 's',
      value: nodesSeconds,
      target: { atMost: 5 },
    },
    {
      name: 'outage_move_10000_pods_s',
      label: 'a zone of 1,000 nodes dies: 10,000 Pods run elsewhere, beyond the eviction timeouts',
      unit: 's',
      value: moveSeconds,
      target: { atMost: ALLOWED_SECONDS },
    },
  ];
}
