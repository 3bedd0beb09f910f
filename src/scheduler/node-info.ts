import type { Node } from '../scheme/generated/types/core-v1.ts';
import {
  addAmounts,
  amountsOf,
  type ResourceAmounts,
  subtractAmounts,
} from '../scheme/resources-of-pod.ts';
import { type HostPort, portsConflict } from './host-ports.ts';
import type { PodInfo } from './pod-info.ts';

const NO_IMAGES: ReadonlyMap<string, number> = new Map();

/** A node, the pods that are on it (or assumed to be), and the sums over them. */
export class NodeInfo {
  readonly name: string;
  /** Undefined while pods name a node that has no object: nothing is placed there. */
  node: Node | undefined;
  /** What it offers to pods; `pods` is how many of them it takes. */
  allocatable: ResourceAmounts = {};
  /** The size of each image that it has, by name. */
  imageBytes: ReadonlyMap<string, number> = NO_IMAGES;
  readonly requested: ResourceAmounts = {};
  readonly scoredRequested: ResourceAmounts = {};
  readonly #pods = new Map<string, PodInfo>();
  /** The pods among them that take ports of the node: few. */
  readonly #withHostPorts = new Set<PodInfo>();

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
    this.imageBytes = imageBytesOf(node);
  }

  /** Adds the pod, or replaces what is known of it. */
  addPod(pod: PodInfo): void {
    this.removePod(pod.uid);
    this.#pods.set(pod.uid, pod);
    if (pod.hostPorts.length > 0) this.#withHostPorts.add(pod);
    addAmounts(this.requested, pod.requests);
    addAmounts(this.scoredRequested, pod.scoredRequests);
  }

  /** Takes the pod off; returns it if it was there. */
  removePod(uid: string): PodInfo | undefined {
    const pod = this.#pods.get(uid);
    if (!pod) return undefined;
    this.#pods.delete(uid);
    this.#withHostPorts.delete(pod);
    subtractAmounts(this.requested, pod.requests);
    subtractAmounts(this.scoredRequested, pod.scoredRequests);
    return pod;
  }

  /** Whether a pod that is less important than `priority` is about to leave. */
  hasLeaving(priority: number): boolean {
    for (const pod of this.#pods.values()) {
      if (pod.isTerminating && pod.priority < priority) return true;
    }
    return false;
  }

  /** Whether a pod here has one of `ports`. */
  hasPortConflict(ports: readonly HostPort[]): boolean {
    for (const { hostPorts } of this.#withHostPorts) {
      if (hostPorts.some((taken) => ports.some((port) => portsConflict(taken, port)))) return true;
    }
    return false;
  }

  /** A copy to try things on: it takes pods, and leaves this one as it is. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.name);
    copy.node = this.node;
    copy.allocatable = this.allocatable;
    copy.imageBytes = this.imageBytes;
    Object.assign(copy.requested, this.requested);
    Object.assign(copy.scoredRequested, this.scoredRequested);
    for (const [uid, pod] of this.#pods) copy.#pods.set(uid, pod);
    for (const pod of this.#withHostPorts) copy.#withHostPorts.add(pod);
    return copy;
  }
}

function imageBytesOf(node: Node | undefined): ReadonlyMap<string, number> {
  const images = node?.status?.images;
  if (!images?.length) return NO_IMAGES;
  const bytes = new Map<string, number>();
  for (const { names = [], sizeBytes = 0 } of images) {
    for (const name of names) bytes.set(name, Number(sizeBytes));
  }
  return bytes;
}
