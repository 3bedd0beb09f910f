import type { ConfigurationReader } from '../../lib/configuration-reader.ts';
import type { Plugin } from '../framework.ts';
import type { PluginHandle } from '../plugin-handle.ts';
import { createDataLocality } from '../plugins/alpha/data-locality.ts';
import { createDeadlines } from '../plugins/alpha/deadlines.ts';
import { createGangs } from '../plugins/alpha/gangs.ts';
import { createInterference } from '../plugins/alpha/interference.ts';
import { createDefaultBinder } from '../plugins/default-binder.ts';
import { createDefaultPreemption } from '../plugins/default-preemption.ts';
import { createDynamicResources } from '../plugins/dynamic-resources.ts';
import { createImageLocality } from '../plugins/image-locality.ts';
import { createInterPodAffinity } from '../plugins/inter-pod-affinity.ts';
import { createNodeAffinity } from '../plugins/node-affinity.ts';
import { nodeDeclaredFeatures } from '../plugins/node-declared-features.ts';
import { nodeName } from '../plugins/node-name.ts';
import { nodePorts } from '../plugins/node-ports.ts';
import { createNodeResourcesBalancedAllocation } from '../plugins/node-resources-balanced-allocation.ts';
import { createNodeResourcesFit } from '../plugins/node-resources-fit.ts';
import { nodeUnschedulable } from '../plugins/node-unschedulable.ts';
import { createNodeVolumeLimits } from '../plugins/node-volume-limits.ts';
import { createPodTopologySpread } from '../plugins/pod-topology-spread.ts';
import { prioritySort } from '../plugins/priority-sort.ts';
import { schedulingGates } from '../plugins/scheduling-gates.ts';
import { taintToleration } from '../plugins/taint-toleration.ts';
import { createVolumeBinding } from '../plugins/volume-binding.ts';
import { createVolumeRestrictions } from '../plugins/volume-restrictions.ts';
import { createVolumeZone } from '../plugins/volume-zone.ts';
import {
  readAffinityArgs,
  readBalancedArgs,
  readDynamicResourcesArgs,
  readFitArgs,
  readNoArgs,
  readNodeAffinityArgs,
  readPreemptionArgs,
  readSpreadArgs,
  readVolumeBindingArgs,
} from './plugin-args.ts';

export type PluginFactory = (handle: PluginHandle) => Plugin;

/** A plugin that a configuration can name. */
export interface PluginDefinition {
  readonly name: string;
  /** The weight of its score by default. */
  readonly weight: number;
  /** Whether profiles have it unless they say otherwise. */
  readonly isDefault: boolean;
  /** Reads its arguments; what is wrong with them is the reader's to tell. */
  configure(reader: ConfigurationReader, args: unknown, path: string): PluginFactory;
}

interface Definition<A> {
  readonly name: string;
  readonly weight?: number;
  readonly isDefault?: boolean;
  readonly read: (reader: ConfigurationReader, args: unknown, path: string) => A;
  readonly create: (handle: PluginHandle, args: A) => Plugin;
}

function define<A>({
  name,
  weight = 1,
  isDefault = true,
  read,
  create,
}: Definition<A>): PluginDefinition {
  return {
    name,
    weight,
    isDefault,
    configure(reader, value, path) {
      const args = read(reader, value, path);
      return (handle) => create(handle, args);
    },
  };
}

const simple = (plugin: Plugin, weight = 1): PluginDefinition =>
  define({ name: plugin.name, weight, read: readNoArgs, create: () => plugin });

/** Every plugin, in the order in which the default profile runs them: cheap and selective ones first. */
export const PLUGINS: readonly PluginDefinition[] = [
  simple(prioritySort),
  simple(schedulingGates),
  simple(nodeUnschedulable),
  simple(nodeName),
  simple(nodeDeclaredFeatures),
  simple(taintToleration, 3),
  define({
    name: 'NodeAffinity',
    weight: 2,
    read: readNodeAffinityArgs,
    create: (_, args) => createNodeAffinity(args),
  }),
  simple(nodePorts),
  define({
    name: 'NodeResourcesFit',
    read: readFitArgs,
    create: (handle, args) =>
      createNodeResourcesFit({
        ...args,
        devices: handle.devices,
        ignoredResources: [...(args.ignoredResources ?? []), ...handle.ignoredResources],
      }),
  }),
  define({ name: 'VolumeRestrictions', read: readNoArgs, create: createVolumeRestrictions }),
  define({ name: 'NodeVolumeLimits', read: readNoArgs, create: createNodeVolumeLimits }),
  define({
    name: 'VolumeBinding',
    read: readVolumeBindingArgs,
    create: (handle, args) => createVolumeBinding({ ...handle, ...args }),
  }),
  define({ name: 'VolumeZone', read: readNoArgs, create: createVolumeZone }),
  define({
    name: 'PodTopologySpread',
    weight: 2,
    read: readSpreadArgs,
    create: (handle, args) => createPodTopologySpread({ ...handle, ...args }),
  }),
  define({
    name: 'InterPodAffinity',
    weight: 2,
    read: readAffinityArgs,
    create: (handle, args) => createInterPodAffinity({ ...handle, ...args }),
  }),
  define({
    name: 'DynamicResources',
    weight: 2,
    read: readDynamicResourcesArgs,
    create: (handle, args) => createDynamicResources({ ...handle, ...args }),
  }),
  define({
    name: 'DefaultPreemption',
    read: readPreemptionArgs,
    create: ({ budgets, ...handle }, args) =>
      createDefaultPreemption({
        ...handle,
        ...args,
        budgetsIn: budgets.budgetsIn,
        budgetVersion: budgets.version,
      }),
  }),
  define({
    name: 'NodeResourcesBalancedAllocation',
    read: readBalancedArgs,
    create: (_, args) => createNodeResourcesBalancedAllocation(args),
  }),
  define({ name: 'ImageLocality', read: readNoArgs, create: createImageLocality }),
  define({
    name: 'DefaultBinder',
    read: readNoArgs,
    create: ({ client }) => createDefaultBinder(client),
  }),
  // Alpha, and so in a profile only when its configuration asks for them.
  define({ name: 'Gangs', isDefault: false, read: readNoArgs, create: createGangs }),
  define({ name: 'DataLocality', isDefault: false, read: readNoArgs, create: createDataLocality }),
  define({ name: 'Interference', isDefault: false, read: readNoArgs, create: createInterference }),
  define({ name: 'Deadlines', isDefault: false, read: readNoArgs, create: createDeadlines }),
];
