import type { Node } from '../scheme/generated/types/core-v1.ts';
import {
  accumulate,
  emptyResources,
  nodeAllocatable,
  type ResourceVector,
} from '../scheme/pod-resources.ts';
import type { PodInfo } from './pod-info.ts';

/** A node, the pods that are on it (or assumed to be), and the sums over them. */
export class NodeInfo {
  readonly name: string;
  /** Undefined while pods name a node that has no object: nothing is placed there. */
  node: Node | undefined;
  allocatable: ResourceVector = emptyResources();
  allowedPods = 0;
  readonly requested: ResourceVector = emptyResources();
  readonly scoredRequested = { milliCpu: 0, memoryBytes: 0 };
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

  setNode(node: Node | undefined): void {
    this.node = node;
    const { resources, pods } = node
      ? nodeAllocatable(node)
      : { resources: emptyResources(), pods: 0 };
    this.allocatable = resources;
    this.allowedPods = pods;
  }

  /** Adds the pod, or replaces what is known of it. */
  addPod(pod: PodInfo): void {
    this.removePod(pod.uid);
    this.#pods.set(pod.uid, pod);
    this.#account(pod, 1);
  }

  /** Returns whether the pod was there. */
  removePod(uid: string): boolean {
    const pod = this.#pods.get(uid);
    if (!pod) return false;
    this.#pods.delete(uid);
    this.#account(pod, -1);
    return true;
  }

  #account(pod: PodInfo, sign: 1 | -1): void {
    accumulate(this.requested, pod.requests, sign);
    this.scoredRequested.milliCpu += sign * pod.scoredRequests.milliCpu;
    this.scoredRequested.memoryBytes += sign * pod.scoredRequests.memoryBytes;
  }
}
