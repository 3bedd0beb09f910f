import type { ApiClient } from '../apiserver/client.ts';
import { simulatedNode } from '../kubelet/nodes/simulated-node.ts';
import { isApiError } from '../scheme/errors.ts';
import { coreConfigMaps, coreNodes } from '../scheme/generated/resources.ts';

/** Says that the cluster has had its first nodes: whoever deletes them all does not get them back. */
const MARKER = { namespace: 'kube-system', name: 'orrery-initial-nodes' };

/** Gives a new cluster its first simulated nodes, so that Pods have a place to run. A crash on the way is made up for. */
export async function createInitialNodes(client: ApiClient, count: number): Promise<void> {
  if (count === 0 || (await exists(client))) return;
  const nodes = Array.from({ length: count }, (_, index) =>
    simulatedNode({ name: `node-${index + 1}` }),
  );
  await Promise.all(nodes.map((node) => ignoreExisting(client.create(coreNodes, node))));
  const marker = { metadata: MARKER, data: { count: String(count) } };
  await ignoreExisting(client.create(coreConfigMaps, marker));
}

async function exists(client: ApiClient): Promise<boolean> {
  try {
    await client.get(coreConfigMaps, MARKER);
    return true;
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound')) return false;
    throw thrown;
  }
}

async function ignoreExisting(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (thrown) {
    // Ignored: an earlier start, or another process, was here before.
    if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
  }
}
