import type { ApiClient } from '../../src/apiserver/client.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { VirtualClock } from '../../src/lib/virtual-clock.ts';
import type { Informer, InformerFactory } from '../../src/machinery/informer.ts';
import { ClusterCache } from '../../src/scheduler/cluster-cache.ts';
import { DEFAULT_CONFIGURATION } from '../../src/scheduler/configuration/scheduler-configuration.ts';
import { DeviceState } from '../../src/scheduler/devices/device-state.ts';
import { diagnose, diagnoseRefusal } from '../../src/scheduler/diagnosis.ts';
import type { Profile } from '../../src/scheduler/framework.ts';
import { PlacementTable } from '../../src/scheduler/placement-table.ts';
import type { PluginHandle } from '../../src/scheduler/plugin-handle.ts';
import { toPodInfo } from '../../src/scheduler/pod-info.ts';
import type { WorkloadSelector } from '../../src/scheduler/topology/workload-selectors.ts';
import { VolumeState } from '../../src/scheduler/volumes/volume-state.ts';
import { WaitingPods } from '../../src/scheduler/waiting-pods.ts';
import type { Pod } from '../../src/scheme/generated/types/core-v1.ts';
import { type ApiObject, keyOf } from '../../src/scheme/object.ts';
import { buildNode, buildPod, type NodeFields, type PodFields } from './builders.ts';

/** Informers that know these objects for ever. */
export function informersOf(objects: readonly ApiObject[]): InformerFactory {
  return {
    informer: (ref) => {
      const own = objects.filter(({ kind }) => kind === ref.kind);
      const indexes = new Map<string, (object: ApiObject) => readonly string[]>();
      const informer = {
        get: (key: string) => own.find((object) => keyOf(object) === key),
        list: () => own,
        addHandler: () => {},
        addIndex: (name: string, keysOf: (object: ApiObject) => readonly string[]) =>
          indexes.set(name, keysOf),
        byIndex: (name: string, key: string) =>
          own.filter((object) => indexes.get(name)?.(object).includes(key)),
      };
      return informer as unknown as Informer<never>;
    },
  };
}

/** What plugins may use, around `cache`, with nothing behind it: no API, no informers, no budgets. */
export function pluginHandle(
  cache: ClusterCache,
  overrides: Partial<PluginHandle> = {},
): PluginHandle {
  const clock = new VirtualClock();
  return {
    client: {} as ApiClient,
    informers: {} as PluginHandle['informers'],
    events: {} as PluginHandle['events'],
    clock,
    logger: silentLogger,
    cache,
    workloadSelector: () => undefined,
    volumes: new VolumeState(informersOf([]), () => {}),
    devices: new DeviceState(informersOf([]), () => {}),
    budgets: { budgetsIn: () => [], version: () => 0 },
    waitingPods: new WaitingPods(clock),
    ignoredResources: [],
    activate: () => {},
    ...overrides,
  };
}

/** The profile that a scheduler has without a configuration. */
export function defaultProfile(handle: PluginHandle): Profile {
  const [profile] = DEFAULT_CONFIGURATION.createProfiles(handle);
  if (!profile) throw new Error('there is no default profile');
  return profile;
}

export interface TestClusterOptions {
  readonly workloadSelector?: WorkloadSelector;
  readonly createProfile?: typeof defaultProfile;
  /** Claims, volumes, classes, CSINodes and devices that are there. */
  readonly objects?: readonly ApiObject[];
}

/** A cluster as the scheduler sees it, without a store: nodes, pods on them, and what a profile says of a new pod. */
export class TestCluster {
  readonly cache = new ClusterCache();
  readonly profile: Profile;

  constructor(
    nodes: readonly NodeFields[],
    {
      workloadSelector = () => undefined,
      createProfile = defaultProfile,
      objects = [],
    }: TestClusterOptions = {},
  ) {
    const volumes = new VolumeState(informersOf(objects), () => {});
    const devices = new DeviceState(informersOf(objects), () => {});
    this.profile = createProfile(pluginHandle(this.cache, { workloadSelector, volumes, devices }));
    for (const fields of nodes) this.cache.setNode(buildNode(fields));
  }

  /** Puts pods on a node. */
  place(nodeName: string, ...pods: readonly PodFields[]): this {
    for (const fields of pods) this.cache.place(toPodInfo(buildPod(fields)), nodeName);
    return this;
  }

  tableFor(fields: PodFields): PlacementTable {
    return this.#tableOf(buildPod(fields));
  }

  /** The best node for a pod that is whole. */
  bestFor(pod: Pod): string | undefined {
    return this.#tableOf(pod).best();
  }

  #tableOf(object: Pod): PlacementTable {
    const pod = toPodInfo(object);
    for (const plugin of this.profile.plugins) plugin.sign?.(pod);
    return new PlacementTable({
      pod,
      profile: this.profile,
      cache: this.cache,
      random: seededRandom(1),
    });
  }

  best(fields: PodFields): string | undefined {
    return this.tableFor(fields).best();
  }

  /** The nodes that can take the pod, sorted. */
  feasible(fields: PodFields): string[] {
    const open = [...this.tableFor(fields).verdictsOf(undefined)].filter(
      ([, rejection]) => !rejection,
    );
    return open.map(([name]) => name).sort();
  }

  /** What a pod that fits nowhere is told. */
  message(fields: PodFields): string {
    const table = this.tableFor(fields);
    const node = table.best();
    if (node) return `fits ${node}`;
    const { refusal } = table.plan;
    const { nodeCount } = this.cache;
    return refusal
      ? diagnoseRefusal(nodeCount, refusal).message
      : diagnose(nodeCount, table.rejections()).message;
  }
}
