import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../../scheme/object.ts';
import { isDeferred } from '../resize.ts';
import { isTerminal } from '../status/pod-phase.ts';

/** By node: Pods that wait for room to be resized, and are looked at when a neighbour changes. */
export class DeferredPods {
  readonly #byNode = new Map<string, Set<NamespacedKey>>();

  of(nodeName: string): Iterable<NamespacedKey> {
    return this.#byNode.get(nodeName) ?? [];
  }

  observe(pod: Pod, nodeName: string): void {
    const key = keyOf(pod);
    if (!isDeferred(pod) || isTerminal(pod)) {
      this.forget(key, nodeName);
      return;
    }
    const deferred = this.#byNode.get(nodeName) ?? new Set();
    this.#byNode.set(nodeName, deferred.add(key));
  }

  forget(key: NamespacedKey, nodeName: string): void {
    const deferred = this.#byNode.get(nodeName);
    if (deferred?.delete(key) && deferred.size === 0) this.#byNode.delete(nodeName);
  }
}
