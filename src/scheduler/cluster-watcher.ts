import type { InformerFactory } from '../machinery/informer.ts';
import { coreNamespaces, coreNodes, corePods } from '../scheme/generated/resources.ts';
import type { Namespace, Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../scheme/object.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { ClusterEvent } from './framework.ts';
import { isTerminal, type PodInfo } from './pod-info.ts';
import { isVictim } from './preemption/evict-victims.ts';
import type { SchedulingQueue } from './scheduling-queue.ts';

export interface ClusterWatcherOptions {
  readonly cache: ClusterCache;
  readonly queue: SchedulingQueue;
  /** Whether a pod without a node is for this scheduler to place. */
  readonly isOurs: (pod: Pod) => boolean;
  /** Called after each change that may have made work. */
  readonly wake: () => void;
}

/** Feeds what informers say of nodes, namespaces and pods to the cluster cache and the scheduling queue. */
export class ClusterWatcher {
  readonly #options: ClusterWatcherOptions;

  constructor(options: ClusterWatcherOptions) {
    this.#options = options;
  }

  start(informers: InformerFactory): void {
    informers.informer(coreNodes).addHandler({
      onAdd: (node) => this.#onNode(undefined, node),
      onUpdate: (before, node) => this.#onNode(before, node),
      onDelete: (node) => this.#onNodeGone(node),
    });
    informers.informer(coreNamespaces).addHandler({
      onAdd: (namespace) => this.#onNamespace(namespace),
      onUpdate: (_, namespace) => this.#onNamespace(namespace),
      onDelete: ({ metadata }) => this.#options.cache.setNamespace(metadata.name ?? '', undefined),
    });
    informers.informer(corePods).addHandler({
      onAdd: (pod) => this.#onPod(pod),
      onUpdate: (before, pod) => this.#onPod(pod, before),
      onDelete: (pod) => this.#onPodGone(pod),
    });
  }

  /** Something happened: lets the pods be tried again that it could help. */
  onEvent(event: ClusterEvent): void {
    this.#options.queue.onEvent(event);
    this.#options.wake();
  }

  #onNode(before: Node | undefined, node: Node): void {
    this.#options.cache.setNode(node);
    this.onEvent(before ? { type: 'node-updated', before, node } : { type: 'node-added', node });
  }

  #onNodeGone(node: Node): void {
    this.#options.cache.removeNode(node.metadata.name ?? '');
    this.onEvent({ type: 'node-removed', node });
  }

  #onNamespace({ metadata }: Namespace): void {
    this.#options.cache.setNamespace(metadata.name ?? '', metadata.labels ?? {});
  }

  #onPod(pod: Pod, before?: Pod): void {
    const { queue, isOurs, wake } = this.#options;
    if (isTerminal(pod)) {
      this.#onPodGone(pod);
    } else if (pod.spec?.nodeName) {
      queue.delete(keyOf(pod));
      this.#onAssigned(pod, before);
    } else if (isOurs(pod)) {
      this.#onPending(pod);
      wake();
    } else {
      this.#forget(pod);
    }
  }

  /** A nomination is believed when the pod is first seen; from then on this scheduler knows better. */
  #onPending(pod: Pod): void {
    const { cache, queue } = this.#options;
    const isNew = !queue.has(keyOf(pod));
    const queued = queue.set(pod);
    const { nominatedNodeName } = pod.status ?? {};
    if (isNew && nominatedNodeName) cache.nominations.set(queued.info, nominatedNodeName);
  }

  #onAssigned(pod: Pod, before: Pod | undefined): void {
    const { cache } = this.#options;
    const isNews = !cache.isUpToDate(pod);
    if (isNews) cache.setPod(pod);
    if (!before?.spec?.nodeName) this.onEvent({ type: 'assigned-pod-added', pod });
    else if (isNews) this.onEvent({ type: 'assigned-pod-updated', before, pod });
  }

  #onPodGone(pod: Pod): void {
    const { cache } = this.#options;
    this.#forget(pod);
    cache.removePod(pod.metadata.uid ?? '');
    const { nodeName } = pod.spec ?? {};
    if (!nodeName) return;
    if (isVictim(pod)) this.#onVictimGone(pod, nodeName);
    else this.onEvent({ type: 'assigned-pod-removed', pod });
  }

  /** The room of a victim is for the pod that it made room for, which goes as soon as the last of them has left. */
  #onVictimGone(pod: Pod, nodeName: string): void {
    const { cache, queue, wake } = this.#options;
    const ready: NamespacedKey[] = [];
    for (const { key, priority } of cache.nominations.allOn(nodeName)) {
      if (!cache.node(nodeName)?.hasLeaving(priority)) ready.push(key);
    }
    queue.activate(ready);
    const isNominated = ({ uid }: PodInfo) => cache.nominations.nodeOf(uid) !== undefined;
    queue.onEvent({ type: 'assigned-pod-removed', pod }, isNominated);
    wake();
  }

  #forget(pod: Pod): void {
    this.#options.queue.delete(keyOf(pod));
    this.#options.cache.nominations.remove(pod.metadata.uid ?? '');
  }
}
