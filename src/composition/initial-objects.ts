/** What a new cluster has from the beginning, made once: whoever deletes it does not get it back. */
import type { ApiClient } from '../apiserver/client.ts';
import { simulatedNode } from '../kubelet/nodes/simulated-node.ts';
import { isApiError } from '../scheme/errors.ts';
import {
  coreConfigMaps,
  coreNodes,
  storageCSIDrivers,
  storageStorageClasses,
} from '../scheme/generated/resources.ts';
import { ANNOTATION_DEFAULT_STORAGE_CLASS } from '../scheme/storage/default-storage-class.ts';
import { SIMULATED_DRIVER } from '../scheme/storage/simulated-driver.ts';

/** In kube-system: say that the cluster has had its first objects of a kind. */
const MARKER_NODES = 'orrery-initial-nodes';
const MARKER_STORAGE = 'orrery-initial-storage';

const DEFAULT_STORAGE_CLASS = 'standard';

/** Gives a new cluster its first simulated nodes, so that Pods have a place to run. */
export async function createInitialNodes(client: ApiClient, count: number): Promise<void> {
  if (count === 0) return;
  const nodes = Array.from({ length: count }, (_, index) =>
    simulatedNode({ name: `node-${index + 1}` }),
  );
  await createOnce(client, { name: MARKER_NODES, data: { count: String(count) } }, () =>
    nodes.map((node) => client.create(coreNodes, node)),
  );
}

/**
 * Gives a new cluster the driver of simulated disks and a default class of them, so that claims find volumes. The disks are
 * reached from every node, so that nothing is gained by waiting for the first consumer.
 */
export async function createInitialStorage(client: ApiClient): Promise<void> {
  const data = { storageClass: DEFAULT_STORAGE_CLASS };
  await createOnce(client, { name: MARKER_STORAGE, data }, () => [
    client.create(storageCSIDrivers, {
      metadata: { name: SIMULATED_DRIVER },
      spec: { attachRequired: true, podInfoOnMount: false },
    }),
    client.create(storageStorageClasses, {
      metadata: {
        name: DEFAULT_STORAGE_CLASS,
        annotations: { [ANNOTATION_DEFAULT_STORAGE_CLASS]: 'true' },
      },
      provisioner: SIMULATED_DRIVER,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
      allowVolumeExpansion: true,
    }),
  ]);
}

interface Marker {
  readonly name: string;
  readonly data: Record<string, string>;
}

/** Creates unless the marker says that it was done. A crash on the way is made up for. */
async function createOnce(
  client: ApiClient,
  { data, name }: Marker,
  create: () => readonly Promise<unknown>[],
): Promise<void> {
  const place = { namespace: 'kube-system', name };
  if (await exists(client, place)) return;
  await Promise.all(create().map(ignoreExisting));
  await ignoreExisting(client.create(coreConfigMaps, { metadata: place, data }));
}

async function exists(
  client: ApiClient,
  place: { readonly namespace: string; readonly name: string },
): Promise<boolean> {
  try {
    await client.get(coreConfigMaps, place);
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
