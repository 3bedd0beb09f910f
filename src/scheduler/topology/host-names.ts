/** The label that names a node to topology: a domain of one node, as a rule. */
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** Which nodes have which name in {@link HOSTNAME_LABEL}. Nothing keeps two nodes from having the same. */
export class HostNames {
  readonly #names = new Map<string, string>();
  readonly #nodes = new Map<string, Set<string>>();

  /** The node has this name now, or none. @returns the node that has shared its name since, if it had it alone before */
  set(nodeName: string, hostName: string | undefined): string | undefined {
    const before = this.#names.get(nodeName);
    if (before === hostName) return undefined;
    if (before !== undefined) this.#leave(nodeName, before);
    if (hostName === undefined) return undefined;
    this.#names.set(nodeName, hostName);
    const nodes = this.#nodes.get(hostName);
    if (!nodes) {
      this.#nodes.set(hostName, new Set([nodeName]));
      return undefined;
    }
    const [first] = nodes;
    nodes.add(nodeName);
    return nodes.size === 2 ? first : undefined;
  }

  /** Whether no other node has its name. */
  isOwn(nodeName: string): boolean {
    const hostName = this.#names.get(nodeName);
    return hostName !== undefined && this.#nodes.get(hostName)?.size === 1;
  }

  #leave(nodeName: string, hostName: string): void {
    this.#names.delete(nodeName);
    const nodes = this.#nodes.get(hostName);
    nodes?.delete(nodeName);
    if (nodes?.size === 0) this.#nodes.delete(hostName);
  }
}
