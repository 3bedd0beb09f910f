import type { ApiClient } from '../../apiserver/client.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import { readAttachableVolumes } from '../sources/attachable-volumes.ts';
import { isTerminal } from '../status/pod-phase.ts';

/** Whether other volumes than before are attached to the node, or used there. */
export function hasOtherVolumes({ status: before }: Node, { status: after }: Node): boolean {
  return (
    !deepEqual(before?.volumesAttached, after?.volumesAttached) ||
    !deepEqual(before?.volumesInUse, after?.volumesInUse)
  );
}

/**
 * Which attached volumes nodes use: as long as a node says so, nobody takes them from it. What a Pod uses is read once; a
 * kubelet that starts again reads it again.
 */
export class VolumesInUse {
  /** By Pod; it goes with the Pod. */
  readonly #names = new WeakMap<object, readonly string[]>();

  /** @param pods those on the node */
  async of(node: Node, pods: readonly Pod[], client: ApiClient): Promise<readonly string[]> {
    const attached = new Set(node.status?.volumesAttached?.map(({ name }) => name));
    if (attached.size === 0) return [];
    const users = pods.filter((pod) => !isTerminal(pod) && claimNamesOf(pod).length > 0);
    const names = await Promise.all(users.map((pod) => this.#namesOf(pod, client)));
    return [...new Set(names.flat())].filter((name) => attached.has(name)).sort();
  }

  /** A Pod's spec is one object in all of its versions, and its claims stay bound to what they are bound to. */
  async #namesOf(pod: Pod, client: ApiClient): Promise<readonly string[]> {
    const { spec = {} } = pod;
    const known = this.#names.get(spec);
    if (known) return known;
    const volumes = await readAttachableVolumes(client, pod);
    const names = volumes.map(({ attachedName }) => attachedName);
    if (names.length > 0) this.#names.set(spec, names);
    return names;
  }
}
