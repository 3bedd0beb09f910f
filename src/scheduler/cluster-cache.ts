import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { NodeInfo } from './node-info.ts';
import { type PodInfo, toPodInfo } from './pod-info.ts';

/** Hears which node changed, in objects or in pods, so that what was computed about it is computed anew. */
export type NodeListener = (nodeName: string) => void;

/**
 * What the scheduler believes of the cluster: the nodes and the pods on them, as the informers say, plus pods that it has
 * placed and whose binding has not come back yet (*assumed* pods). Changes are reported by node, so that later work grows
 * with what changed.
 */
export class ClusterCache {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Where each known pod is, by uid. */
  readonly #placements = new Map<string, string>();
  readonly #listeners = new Set<NodeListener>();
  #schedulableNodes = 0;

  /** The nodes that have an object. */
  *nodes(): Iterable<NodeInfo> {
    for (const node of this.#nodes.values()) if (node.node) yield node;
  }

  /** How many nodes have an object. */
  get nodeCount(): number {
    return this.#schedulableNodes;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  /** Calls `listener` after each change of a node; returns the function that ends it. */
  onChange(listener: NodeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const info = this.#nodeInfo(name);
    if (!info.node) this.#schedulableNodes++;
    info.setNode(node);
    this.#changed(name);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info?.node) return;
    this.#schedulableNodes--;
    info.setNode(undefined);
    this.#dropIfUnused(info);
    this.#changed(name);
  }

  /** The pod is on its `spec.nodeName`, as its object says: this also confirms an assumed pod. */
  setPod(pod: Pod): void {
    const { generation, uid = '' } = pod.metadata;
    const nodeName = pod.spec?.nodeName ?? '';
    const known = this.#nodes.get(nodeName)?.pod(uid);
    // Most changes of a pod are its status: what it asks for is counted already.
    if (known && generation !== undefined && known.pod.metadata.generation === generation) return;
    this.place(toPodInfo(pod), nodeName);
  }

  /** Counts `pod` on `nodeName` before its binding is stored. */
  place(pod: PodInfo, nodeName: string): void {
    const previous = this.#placements.get(pod.uid);
    if (previous !== undefined && previous !== nodeName) this.removePod(pod.uid);
    this.#placements.set(pod.uid, nodeName);
    this.#nodeInfo(nodeName).addPod(pod);
    this.#changed(nodeName);
  }

  /** Forgets a pod that is gone, has ended, or whose binding failed. */
  removePod(uid: string): void {
    const nodeName = this.#placements.get(uid);
    if (nodeName === undefined) return;
    this.#placements.delete(uid);
    const info = this.#nodes.get(nodeName);
    if (!info?.removePod(uid)) return;
    this.#dropIfUnused(info);
    this.#changed(nodeName);
  }

  #nodeInfo(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (!info) {
      info = new NodeInfo(name);
      this.#nodes.set(name, info);
    }
    return info;
  }

  #dropIfUnused(info: NodeInfo): void {
    if (!info.node && info.podCount === 0) this.#nodes.delete(info.name);
  }

  #changed(nodeName: string): void {
    for (const listener of this.#listeners) listener(nodeName);
  }
}
