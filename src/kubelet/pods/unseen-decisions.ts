import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../../scheme/object.ts';
import { isTerminal } from '../status/pod-phase.ts';

/**
 * What was decided about Pods whose new status has not come back yet: who was admitted, and who was resized or ended. The
 * next Pod of the node is judged by that, and not by what the informer shows.
 */
export class UnseenDecisions {
  /** By node. */
  readonly #admitted = new Map<string, Set<NamespacedKey>>();
  /** Resized or ended Pods, as they are then. */
  readonly #changed = new Map<NamespacedKey, Pod>();

  noteAdmission(pod: Pod): void {
    const nodeName = pod.spec?.nodeName ?? '';
    let admitted = this.#admitted.get(nodeName);
    if (!admitted) {
      admitted = new Set();
      this.#admitted.set(nodeName, admitted);
    }
    admitted.add(keyOf(pod));
  }

  /** @param pod as it is once the decision is carried out */
  noteChange(pod: Pod): void {
    this.#changed.set(keyOf(pod), pod);
  }

  /** Follows what the informer shows. */
  observe(pod: Pod): void {
    this.#changed.delete(keyOf(pod));
    if (pod.status?.startTime !== undefined) this.#withdrawAdmission(pod);
  }

  /** The Pod is gone, or what was decided could not be written. */
  forget(pod: Pod): void {
    this.#changed.delete(keyOf(pod));
    this.#withdrawAdmission(pod);
  }

  /** Those of `pods` that hold something of their node, as they are by now. */
  *holders(pods: Iterable<Pod>): Generator<Pod> {
    for (const pod of pods) {
      if (isTerminal(pod) || !this.#isAdmitted(pod)) continue;
      const decided = this.#changed.get(keyOf(pod)) ?? pod;
      if (!isTerminal(decided)) yield decided;
    }
  }

  #isAdmitted(pod: Pod): boolean {
    if (pod.status?.startTime !== undefined) return true;
    return this.#admitted.get(pod.spec?.nodeName ?? '')?.has(keyOf(pod)) === true;
  }

  #withdrawAdmission(pod: Pod): void {
    this.#admitted.get(pod.spec?.nodeName ?? '')?.delete(keyOf(pod));
  }
}
