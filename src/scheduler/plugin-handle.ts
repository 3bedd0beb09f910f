import type { ApiClient } from '../apiserver/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { ActionRecorder } from '../machinery/event-recorder.ts';
import type { InformerFactory } from '../machinery/informer.ts';
import type { NamespacedKey } from '../scheme/object.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { DeviceState } from './devices/device-state.ts';
import type { Budgets } from './preemption/watch-budgets.ts';
import type { WorkloadSelector } from './topology/workload-selectors.ts';
import type { VolumeState } from './volumes/volume-state.ts';
import type { WaitingPods } from './waiting-pods.ts';

/** What plugins may use of the scheduler. */
export interface PluginHandle {
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly events: ActionRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cache: ClusterCache;
  readonly workloadSelector: WorkloadSelector;
  readonly budgets: Budgets;
  readonly volumes: VolumeState;
  readonly devices: DeviceState;
  /** Extended resources that extenders look after. */
  readonly ignoredResources: readonly string[];
  /** The placements that wait for a plugin's permission. */
  readonly waitingPods: WaitingPods;
  /** Lets pods that wait be tried at once. */
  readonly activate: (keys: Iterable<NamespacedKey>) => void;
}
