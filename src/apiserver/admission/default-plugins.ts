import { createDefaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

export interface DefaultPluginsOptions {
  /** How long Pods stay on a node that has failed, where they do not say, in seconds. @default 300 */
  readonly tolerationSeconds?: number;
}

/** The plugins of every cluster, in the order that Kubernetes runs them. */
export function createDefaultPlugins({
  tolerationSeconds = 300,
}: DefaultPluginsOptions = {}): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle,
    serviceAccount,
    taintNodesByCondition,
    priority,
    createDefaultTolerationSeconds(tolerationSeconds),
  ];
}
