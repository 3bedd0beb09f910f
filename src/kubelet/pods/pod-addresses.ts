import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { formatIpv4, type Ipv4Range, parseIpv4, parseIpv4Range } from '../nodes/ipv4-range.ts';
import { isTerminal } from '../status/pod-phase.ts';

/** The network itself and the node's gateway. */
const FIRST_OFFSET = 2;

interface Assignment {
  readonly nodeName: string;
  readonly uid: string | undefined;
  readonly address: number;
}

interface Pool {
  readonly used: Set<number>;
  /** Where the search goes on: an address that was just freed is not given to the next Pod. */
  cursor: number;
}

/**
 * Which addresses of the nodes' Pod ranges are in use: those that Pods bear, and those that were handed out and are on their
 * way into a status.
 */
export class PodAddresses {
  readonly #assignments = new Map<string, Assignment>();
  readonly #pools = new Map<string, Pool>();

  /** Takes note of what a Pod bears now. */
  observe(pod: Pod): void {
    const podIP = pod.status?.podIP;
    if (isTerminal(pod)) this.release(pod);
    else if (podIP && !pod.spec?.hostNetwork) this.#assign(pod, parseIpv4(podIP));
  }

  /** The Pod is gone. */
  release(pod: Pod): void {
    const key = keyOf(pod);
    const assignment = this.#assignments.get(key);
    if (!assignment || assignment.uid !== pod.metadata.uid) return;
    this.#assignments.delete(key);
    this.#pools.get(assignment.nodeName)?.used.delete(assignment.address);
  }

  /** An address for the Pod on `node`, the same when asked again; undefined when the node's range is used up. */
  assign(pod: Pod, node: Node): string | undefined {
    const assignment = this.#assignments.get(keyOf(pod));
    if (assignment?.uid === pod.metadata.uid && assignment) return formatIpv4(assignment.address);
    const range = parseIpv4Range(node.spec?.podCIDR ?? '');
    const address = range && this.#findFree(node.metadata.name ?? '', range);
    if (address === undefined) return undefined;
    this.#assign(pod, address);
    return formatIpv4(address);
  }

  #findFree(nodeName: string, { first, size }: Ipv4Range): number | undefined {
    const pool = this.#poolOf(nodeName);
    // The last address is the range's broadcast address.
    const usable = size - FIRST_OFFSET - 1;
    for (let step = 0; step < usable; step++) {
      const offset = (pool.cursor + step) % usable;
      const address = first + FIRST_OFFSET + offset;
      if (pool.used.has(address)) continue;
      pool.cursor = offset + 1;
      return address;
    }
    return undefined;
  }

  #assign(pod: Pod, address: number): void {
    const key = keyOf(pod);
    const current = this.#assignments.get(key);
    if (current?.uid === pod.metadata.uid && current?.address === address) return;
    if (current) this.#pools.get(current.nodeName)?.used.delete(current.address);
    const nodeName = pod.spec?.nodeName ?? '';
    this.#assignments.set(key, { nodeName, uid: pod.metadata.uid, address });
    this.#poolOf(nodeName).used.add(address);
  }

  #poolOf(nodeName: string): Pool {
    let pool = this.#pools.get(nodeName);
    if (!pool) {
      pool = { used: new Set(), cursor: 0 };
      this.#pools.set(nodeName, pool);
    }
    return pool;
  }
}
