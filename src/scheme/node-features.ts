/**
 * What a kubelet says it can do (`status.declaredFeatures` of its Node), and who needs it. Pure.
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/5328-node-declared-features
 */
import { mayRestartAllContainers } from './container-restarts.ts';
import type { PodSpec } from './generated/types/core-v1.ts';

/** A rule of a container may start every container of its Pod anew. */
export const FEATURE_RESTART_ALL_CONTAINERS = 'RestartAllContainersOnContainerExits';

/** What a node must declare to run the Pod. */
export function featuresNeededBy(spec: PodSpec | undefined): readonly string[] {
  return mayRestartAllContainers(spec) ? [FEATURE_RESTART_ALL_CONTAINERS] : [];
}
