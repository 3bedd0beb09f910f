import type { ApiClient } from '../apiserver/client.ts';
import type { Profile } from './framework.ts';
import { createDefaultBinder } from './plugins/default-binder.ts';
import { nodeAffinity } from './plugins/node-affinity.ts';
import { nodeName } from './plugins/node-name.ts';
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './plugins/node-resources-fit.ts';
import { nodeUnschedulable } from './plugins/node-unschedulable.ts';
import { prioritySort } from './plugins/priority-sort.ts';
import { schedulingGates } from './plugins/scheduling-gates.ts';
import { taintToleration } from './plugins/taint-toleration.ts';

/** What serves pods whose `spec.schedulerName` is unset or `default-scheduler`, with Kubernetes' default weights. */
export function createDefaultProfile(client: ApiClient): Profile {
  return {
    schedulerName: 'default-scheduler',
    plugins: [
      prioritySort,
      schedulingGates,
      nodeUnschedulable,
      nodeName,
      taintToleration,
      nodeAffinity,
      nodeResourcesFit,
      nodeResourcesBalancedAllocation,
      createDefaultBinder(client),
    ],
    weights: {
      TaintToleration: 3,
      NodeAffinity: 2,
      NodeResourcesFit: 1,
      NodeResourcesBalancedAllocation: 1,
    },
  };
}
