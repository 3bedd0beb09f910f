import type { ControllerContext } from '../machinery/controller.ts';
import type { ActionRecorder } from '../machinery/event-recorder.ts';
import type { NamespacedKey } from '../scheme/object.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { SchedulerConfiguration } from './configuration/scheduler-configuration.ts';
import { DeviceState } from './devices/device-state.ts';
import type { ClusterEvent } from './framework.ts';
import { watchBudgets } from './preemption/watch-budgets.ts';
import { ProfileRunner } from './profile-runner.ts';
import { createWorkloadSelector } from './topology/workload-selectors.ts';
import { VolumeState } from './volumes/volume-state.ts';
import { WaitingPods } from './waiting-pods.ts';

export interface RunnersOptions
  extends Pick<ControllerContext, 'client' | 'clock' | 'informers' | 'logger' | 'random'> {
  readonly events: ActionRecorder;
  readonly configuration: SchedulerConfiguration;
  readonly cache: ClusterCache;
  /** Whether DeviceTaintRules are served. @default true */
  readonly hasDeviceTaintRules?: boolean | undefined;
  /** Called after each change of volumes or devices that may let a pod in. */
  readonly onChange: (event: ClusterEvent) => void;
  /** Lets pods that wait be tried at once. */
  readonly activate: (keys: Iterable<NamespacedKey>) => void;
}

/** What runs the plugins of each profile of a configuration, around one view of the cluster; by scheduler name. */
export function createRunners({
  configuration,
  hasDeviceTaintRules,
  onChange,
  ...shared
}: RunnersOptions): ReadonlyMap<string, ProfileRunner> {
  const { cache, clock, informers, random } = shared;
  const waitingPods = new WaitingPods(clock);
  const profiles = configuration.createProfiles({
    ...shared,
    workloadSelector: createWorkloadSelector(informers),
    budgets: watchBudgets(informers),
    volumes: new VolumeState(informers, () => onChange({ type: 'storage-changed' })),
    devices: new DeviceState(informers, onChange, hasDeviceTaintRules),
    waitingPods,
    ignoredResources: configuration.extenders.flatMap((extender) => extender.ignoredResources),
  });
  return new Map(
    profiles.map((profile) => [
      profile.schedulerName,
      new ProfileRunner({ profile, cache, random, waitingPods }),
    ]),
  );
}
