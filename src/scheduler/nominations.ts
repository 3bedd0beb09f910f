import type { PodInfo } from './pod-info.ts';

const NOBODY: readonly PodInfo[] = [];

/** Pods that wait for room that was made for them on a node (`status.nominatedNodeName`): others leave it to them. */
export class Nominations {
  readonly #byNode = new Map<string, Map<string, PodInfo>>();
  readonly #nodes = new Map<string, string>();
  readonly #onChange: (nodeName: string) => void;

  constructor(onChange: (nodeName: string) => void) {
    this.#onChange = onChange;
  }

  /** The node that was made ready for the pod. */
  nodeOf(uid: string): string | undefined {
    return this.#nodes.get(uid);
  }

  /** The pods that wait for `nodeName` and are not less important than `priority`. */
  on(nodeName: string, priority: number): readonly PodInfo[] {
    const pods = this.#byNode.get(nodeName);
    if (!pods) return NOBODY;
    return [...pods.values()].filter((pod) => pod.priority >= priority);
  }

  /** The pods that wait for `nodeName`, whatever their importance. */
  allOn(nodeName: string): Iterable<PodInfo> {
    return this.#byNode.get(nodeName)?.values() ?? NOBODY;
  }

  set(pod: PodInfo, nodeName: string): void {
    this.remove(pod.uid);
    this.#nodes.set(pod.uid, nodeName);
    let pods = this.#byNode.get(nodeName);
    if (!pods) {
      pods = new Map();
      this.#byNode.set(nodeName, pods);
    }
    pods.set(pod.uid, pod);
    this.#onChange(nodeName);
  }

  remove(uid: string): void {
    const nodeName = this.#nodes.get(uid);
    if (nodeName === undefined) return;
    this.#nodes.delete(uid);
    const pods = this.#byNode.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(nodeName);
    this.#onChange(nodeName);
  }
}
