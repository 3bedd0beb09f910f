import type { GraphqlClient } from '../../test/support/graphql-client.ts';
import { DEPLOYMENT, NAMESPACE, waitFor } from './cluster.ts';

/** Clusters of the simulation group: nodes by profile, Pods by Deployment, faults. */

/** The server must serve the group for them. */
export const SIMULATION_ARGS = ['--runtime-config', 'simulation.orrery.dev/v1alpha1=true'];

const POLL_MS = 250;

const APPLY = `
  mutation Apply($manifest: String!) { apply(manifest: $manifest) { operation } }`;
const READY_NODES = `
  query ReadyNodes($name: String!) {
    simulation_orrery_dev { v1alpha1 { nodeProfile(name: $name) { status { readyReplicas } } } }
  }`;
const COUNT_PODS = `
  query CountPods($namespace: String!, $name: String!) {
    apps { v1 { deployment(namespace: $namespace, name: $name) {
      status { readyReplicas terminatingReplicas }
    } } }
  }`;

async function apply(client: GraphqlClient, manifest: object): Promise<void> {
  await client.request(APPLY, { manifest: JSON.stringify(manifest) });
}

/** Adds a profile of nodes in one zone, and waits until all are Ready. */
export async function addZone(client: GraphqlClient, zone: string, nodes: number): Promise<void> {
  const name = `zone-${zone}`;
  await apply(client, {
    apiVersion: 'simulation.orrery.dev/v1alpha1',
    kind: 'NodeProfile',
    metadata: { name },
    spec: { replicas: nodes, capacity: { cpu: '16', memory: '64Gi' }, zones: [zone] },
  });
  await waitFor(async () => (await readyNodes(client, name)) === nodes, POLL_MS);
}

/** Every node of the zone loses its power. */
export async function killZone(client: GraphqlClient, zone: string): Promise<void> {
  await apply(client, {
    apiVersion: 'simulation.orrery.dev/v1alpha1',
    kind: 'Fault',
    metadata: { name: 'outage' },
    spec: { type: 'KillNodes', zone },
  });
}

/** Sees to a Deployment of so many Pods; does not wait for them. */
export async function deploy(client: GraphqlClient, replicas: number): Promise<void> {
  await apply(client, workload(replicas));
}

export interface PodCounts {
  /** Of those that are to stay. */
  readonly ready: number;
  /** Those that are to go; the last that knows of a dead node's Pods, whose kubelet cannot say that they are gone. */
  readonly terminating: number;
}

/** Waits until the Deployment has as many Pods as `holds` wants. */
export async function waitForPods(
  client: GraphqlClient,
  holds: (counts: PodCounts) => boolean,
): Promise<void> {
  await waitFor(async () => holds(await countPods(client)), POLL_MS);
}

async function readyNodes(client: GraphqlClient, name: string): Promise<number> {
  const { simulation_orrery_dev: group } = await client.request<{
    simulation_orrery_dev: {
      v1alpha1: { nodeProfile: { status: { readyReplicas: number | null } | null } };
    };
  }>(READY_NODES, { name });
  return group.v1alpha1.nodeProfile.status?.readyReplicas ?? 0;
}

async function countPods(client: GraphqlClient): Promise<PodCounts> {
  const { apps } = await client.request<{
    apps: {
      v1: {
        deployment: {
          status: { readyReplicas: number | null; terminatingReplicas: number | null } | null;
        };
      };
    };
  }>(COUNT_PODS, { namespace: NAMESPACE, name: DEPLOYMENT });
  const { readyReplicas, terminatingReplicas } = apps.v1.deployment.status ?? {};
  return { ready: readyReplicas ?? 0, terminating: terminatingReplicas ?? 0 };
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
