import { DEFAULT_SCHEDULER_NAME, type Profile } from './framework.ts';
import type { PluginHandle } from './plugin-handle.ts';
import { createDefaultBinder } from './plugins/default-binder.ts';
import { createDefaultPreemption } from './plugins/default-preemption.ts';
import { createInterPodAffinity } from './plugins/inter-pod-affinity.ts';
import { nodeAffinity } from './plugins/node-affinity.ts';
import { nodeName } from './plugins/node-name.ts';
import { nodePorts } from './plugins/node-ports.ts';
import { createNodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts';
import { createNodeResourcesFit } from './plugins/node-resources-fit.ts';
import { nodeUnschedulable } from './plugins/node-unschedulable.ts';
import { createPodTopologySpread } from './plugins/pod-topology-spread.ts';
import { prioritySort } from './plugins/priority-sort.ts';
import { schedulingGates } from './plugins/scheduling-gates.ts';
import { taintToleration } from './plugins/taint-toleration.ts';

/** What serves pods whose `spec.schedulerName` is unset or `default-scheduler`, with Kubernetes' default weights. */
export function createDefaultProfile(handle: PluginHandle): Profile {
  return {
    schedulerName: DEFAULT_SCHEDULER_NAME,
    plugins: [
      prioritySort,
      schedulingGates,
      nodeUnschedulable,
      nodeName,
      taintToleration,
      nodeAffinity,
      nodePorts,
      createNodeResourcesFit(),
      createNodeResourcesBalancedAllocation(),
      createPodTopologySpread(handle),
      createInterPodAffinity(handle),
      createDefaultPreemption({
        ...handle,
        budgetsIn: handle.budgets.budgetsIn,
        budgetVersion: handle.budgets.version,
      }),
      createDefaultBinder(handle.client),
    ],
    weights: {
      TaintToleration: 3,
      NodeAffinity: 2,
      NodeResourcesFit: 1,
      NodeResourcesBalancedAllocation: 1,
      PodTopologySpread: 2,
      InterPodAffinity: 2,
    },
  };
}
