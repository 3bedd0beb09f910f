import { deepEqual } from '../lib/deep-equal.ts';
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import type { Labels } from '../scheme/labels.ts';
import { ChangeLog } from './change-log.ts';
import { ClaimUsers } from './claim-users.ts';
import { ImageSpread } from './image-spread.ts';
import { NodeInfo } from './node-info.ts';
import { Nominations } from './nominations.ts';
import { type PodInfo, toPodInfo } from './pod-info.ts';
import { HeldTerms } from './topology/held-terms.ts';
import { PodCounts } from './topology/pod-counts.ts';

/**
 * What the scheduler believes of the cluster: the nodes and the pods on them, as the informers say, plus pods that it has
 * placed and whose binding has not come back yet (*assumed* pods). Changes are logged by node, so that later work grows
 * with what changed.
 */
export class ClusterCache {
  readonly changes = new ChangeLog();
  /** Pods on nodes, by what selects them. */
  readonly podCounts = new PodCounts();
  /** What pods on nodes say about pods to come. */
  readonly heldTerms = new HeldTerms((namespace) => this.namespaceLabels(namespace));
  readonly images = new ImageSpread();
  readonly claims = new ClaimUsers();
  /** Pods that room was made for. */
  readonly nominations = new Nominations((nodeName) => this.#changed(nodeName));
  readonly #nodes = new Map<string, NodeInfo>();
  /** Where each known pod is, by uid. */
  readonly #placements = new Map<string, string>();
  readonly #namespaces = new Map<string, Labels>();
  #schedulableNodes = 0;
  #generation = 0;

  /** The nodes that have an object. */
  *nodes(): Iterable<NodeInfo> {
    for (const node of this.#nodes.values()) if (node.node) yield node;
  }

  /** How many nodes have an object. */
  get nodeCount(): number {
    return this.#schedulableNodes;
  }

  /** Changes when all that was computed of the cluster is out of date. */
  get generation(): number {
    return this.#generation;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const info = this.#nodeInfo(name);
    if (!info.node) this.#schedulableNodes++;
    this.images.remove(info);
    info.setNode(node);
    this.images.add(info);
    this.#changed(name);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info?.node) return;
    this.#schedulableNodes--;
    this.images.remove(info);
    info.setNode(undefined);
    this.#dropIfUnused(info);
    this.#changed(name);
  }

  /** What the namespace's labels are: undefined when it is gone. */
  setNamespace(name: string, labels: Labels | undefined): void {
    if (deepEqual(this.#namespaces.get(name), labels)) return;
    if (labels) this.#namespaces.set(name, labels);
    else this.#namespaces.delete(name);
    this.#generation++;
    this.heldTerms.forgetMatches();
    this.podCounts.recount();
  }

  namespaceLabels(name: string): Labels | undefined {
    return this.#namespaces.get(name);
  }

  /** Whether the pod's object says nothing new about what is counted of it. Most changes of a pod are its status. */
  isUpToDate(pod: Pod): boolean {
    const { generation, labels, uid = '' } = pod.metadata;
    const known = this.#nodes.get(pod.spec?.nodeName ?? '')?.pod(uid)?.pod;
    if (!known || generation === undefined) return false;
    return known.metadata.generation === generation && deepEqual(known.metadata.labels, labels);
  }

  /** The pod is on its `spec.nodeName`, as its object says: this also confirms an assumed pod. */
  setPod(pod: Pod): void {
    if (!this.isUpToDate(pod)) this.place(toPodInfo(pod), pod.spec?.nodeName ?? '');
  }

  /** Counts `pod` on `nodeName` before its binding is stored. */
  place(pod: PodInfo, nodeName: string): void {
    this.removePod(pod.uid);
    this.nominations.remove(pod.uid);
    this.#placements.set(pod.uid, nodeName);
    this.#nodeInfo(nodeName).addPod(pod);
    this.podCounts.add(pod, nodeName);
    this.heldTerms.add(pod, nodeName);
    this.claims.add(pod);
    this.#changed(nodeName);
  }

  /** Forgets a pod that is gone, has ended, or whose binding failed. */
  removePod(uid: string): void {
    const nodeName = this.#placements.get(uid);
    if (nodeName === undefined) return;
    this.#placements.delete(uid);
    const info = this.#nodes.get(nodeName);
    const pod = info?.removePod(uid);
    if (!info || !pod) return;
    this.podCounts.remove(pod, nodeName);
    this.heldTerms.remove(pod, nodeName);
    this.claims.remove(pod);
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
    this.changes.add(nodeName, this.#nodes.size);
  }
}
