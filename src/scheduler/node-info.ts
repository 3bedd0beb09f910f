import type { Node } from '../scheme/generated/types/core-v1.ts';
import {
  addAmounts,
  amountsOf,
  type ResourceAmounts,
  subtractAmounts,
} from '../scheme/resources-of-pod.ts';
import type { PodInfo } from './pod-info.ts';

/** A node, the pods that are on it (or assumed to be), and the sums over them. */
export class NodeInfo {
  readonly name: string;
  /** Undefined while pods name a node that has no object: nothing is placed there. */
  node: Node | undefined;
  /** What it offers to pods; `pods` is how many of them it takes. */
  allocatable: ResourceAmounts = {};
  readonly requested: ResourceAmounts = {};
  readonly scoredRequested: ResourceAmounts = {};
  readonly #pods = new Map<string, PodInfo>();

  constructor(name: string) {
    this.name = name;
  }

  get podCount(): number {
    return this.#pods.size;
  }

  pods(): Iterable<PodInfo> {
    return this.#pods.values();
  }

  pod(uid: string): PodInfo | undefined {
    return this.#pods.get(uid);
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    this.allocatable = amountsOf(node?.status?.allocatable);
  }

  /** Adds the pod, or replaces what is known of it. */
  addPod(pod: PodInfo): void {
    this.removePod(pod.uid);
    this.#pods.set(pod.uid, pod);
    addAmounts(this.requested, pod.requests);
    addAmounts(this.scoredRequested, pod.scoredRequests);
  }

  /** Returns whether the pod was there. */
  removePod(uid: string): boolean {
    const pod = this.#pods.get(uid);
    if (!pod) return false;
    this.#pods.delete(uid);
    subtractAmounts(this.requested, pod.requests);
    subtractAmounts(this.scoredRequested, pod.scoredRequests);
    return true;
  }
}
