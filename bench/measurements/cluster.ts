import { simulatedNode } from '../../src/kubelet/nodes/simulated-node.ts';
import type { GraphqlClient } from '../../test/support/graphql-client.ts';

/** How large the cluster of the measurements is. */
export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
}

export const FULL_SIZE: ClusterSize = { nodes: 1_000, pods: 10_000 };
export const QUICK_SIZE: ClusterSize = { nodes: 50, pods: 500 };

export const NAMESPACE = 'default';
export const DEPLOYMENT = 'bench';

const NODES_A_TRANSACTION = 100;
const POLL_MS = 100;

const CREATE_NODES = `
  mutation CreateNodes($writes: [TransactionWriteInput!]!) {
    transaction(writes: $writes) { metadata { name } }
  }`;
const READY_NODES = `
  query ReadyNodes {
    core { v1 { nodes { items { status { conditions { type status } } } } } }
  }`;

interface ReadyNodes {
  readonly core: {
    readonly v1: {
      readonly nodes: {
        readonly items: readonly {
          readonly status: {
            readonly conditions: readonly { readonly type: string; readonly status: string }[];
          } | null;
        }[];
      };
    };
  };
}

/** Creates simulated nodes of 16 CPUs and 64 GiB, as `orrery nodes add` does, and waits until all are Ready. */
export async function addNodes(client: GraphqlClient, count: number): Promise<void> {
  for (let first = 0; first < count; first += NODES_A_TRANSACTION) {
    const size = Math.min(NODES_A_TRANSACTION, count - first);
    const writes = Array.from({ length: size }, (_, i) => ({ create: newNode(first + i) }));
    await client.request(CREATE_NODES, { writes });
  }
  await waitFor(async () => (await countReadyNodes(client)) === count);
}

function newNode(n: number): object {
  const node = simulatedNode({ name: `bench-node-${n}`, cpu: '16', memory: '64Gi' });
  return { apiVersion: 'v1', kind: 'Node', ...node };
}

async function countReadyNodes(client: GraphqlClient): Promise<number> {
  const { core } = await client.request<ReadyNodes>(READY_NODES);
  return core.v1.nodes.items.filter(({ status }) =>
    status?.conditions?.some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    ),
  ).length;
}

/** Looks again and again until `isDone`. Never gives up: who measures watches. */
export async function waitFor(isDone: () => Promise<boolean>, everyMs = POLL_MS): Promise<void> {
  while (!(await isDone())) await pause(everyMs);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const VERSION = `
  query Version { core { v1 { namespaces(limit: 1) { metadata { resourceVersion } } } } }`;

interface Version {
  readonly core: {
    readonly v1: {
      readonly namespaces: { readonly metadata: { readonly resourceVersion: string } };
    };
  };
}

/** How many writes there have been: versions have no gaps. */
export async function readVersion(client: GraphqlClient): Promise<number> {
  const { core } = await client.request<Version>(VERSION);
  return Number(core.v1.namespaces.metadata.resourceVersion);
}

export function deploymentManifest(replicas: number): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: DEPLOYMENT, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { app: DEPLOYMENT } },
      template: {
        metadata: { labels: { app: DEPLOYMENT } },
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
      },
    },
  });
}
