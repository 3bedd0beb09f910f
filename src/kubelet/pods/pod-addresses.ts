import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { type CidrBits, formatIpBits, parseCidrBits } from '../../scheme/ip-bits.ts';
import { keyOf } from '../../scheme/object.ts';
import { isTerminal } from '../status/pod-phase.ts';

/** The network itself and the node's gateway. */
const FIRST_OFFSET = 2;
/** More than any node has Pods. */
const MAX_ADDRESSES = 2n ** 20n;

interface Assignment {
  readonly nodeName: string;
  readonly uid: string | undefined;
  /** One of each family that the node has a range of. */
  readonly addresses: readonly string[];
}

interface Pool {
  /** The first addresses of Pods: the others go with them. */
  readonly used: Set<string>;
  /** Where the search goes on: an address that was just freed is not given to the next Pod. */
  cursor: number;
}

/**
 * Which addresses of the nodes' Pod ranges are in use: those that Pods bear, and those that were handed out and are on their
 * way into a status. On a node with two ranges, a Pod has the same place in both.
 */
export class PodAddresses {
  readonly #assignments = new Map<string, Assignment>();
  readonly #pools = new Map<string, Pool>();

  /** Takes note of what a Pod bears now. */
  observe(pod: Pod): void {
    const { podIP, podIPs = [] } = pod.status ?? {};
    if (isTerminal(pod)) this.release(pod);
    else if (podIP && !pod.spec?.hostNetwork) {
      this.#assign(pod, [podIP, ...podIPs.slice(1).map(({ ip }) => ip)]);
    }
  }

  /** The Pod is gone. */
  release(pod: Pod): void {
    const key = keyOf(pod);
    const assignment = this.#assignments.get(key);
    if (!assignment || assignment.uid !== pod.metadata.uid) return;
    this.#assignments.delete(key);
    this.#free(assignment);
  }

  /** The Pod's addresses on `node`, the same when asked again; undefined when a range of the node is used up. */
  assign(pod: Pod, node: Node): readonly string[] | undefined {
    const assignment = this.#assignments.get(keyOf(pod));
    if (assignment && assignment.uid === pod.metadata.uid) return assignment.addresses;
    const addresses = this.#findFree(node.metadata.name ?? '', rangesOf(node));
    if (addresses) this.#assign(pod, addresses);
    return addresses;
  }

  #findFree(nodeName: string, ranges: readonly CidrBits[]): readonly string[] | undefined {
    if (ranges.length === 0) return undefined;
    const pool = this.#poolOf(nodeName);
    const size = ranges.reduce(
      (least, one) => (one.size < least ? one.size : least),
      MAX_ADDRESSES,
    );
    // The last address of an IPv4 range is that of broadcast.
    const usable = Number(size) - FIRST_OFFSET - 1;
    for (let step = 0; step < usable; step++) {
      const offset = (pool.cursor + step) % usable;
      const addresses = ranges.map(({ base, family }) =>
        formatIpBits(base + BigInt(FIRST_OFFSET + offset), family),
      );
      if (pool.used.has(addresses[0] as string)) continue;
      pool.cursor = offset + 1;
      return addresses;
    }
    return undefined;
  }

  #assign(pod: Pod, addresses: readonly string[]): void {
    const key = keyOf(pod);
    const current = this.#assignments.get(key);
    const [first = ''] = addresses;
    if (current && current.uid === pod.metadata.uid && current.addresses[0] === first) return;
    if (current) this.#free(current);
    const nodeName = pod.spec?.nodeName ?? '';
    this.#assignments.set(key, { nodeName, uid: pod.metadata.uid, addresses });
    this.#poolOf(nodeName).used.add(first);
  }

  #free({ addresses, nodeName }: Assignment): void {
    this.#pools.get(nodeName)?.used.delete(addresses[0] ?? '');
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

function rangesOf({ spec }: Node): readonly CidrBits[] {
  const cidrs = spec?.podCIDRs ?? [spec?.podCIDR ?? ''];
  return cidrs.flatMap((cidr) => parseCidrBits(cidr) ?? []);
}
