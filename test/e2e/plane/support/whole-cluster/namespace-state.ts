import type {
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../../../../src/scheme/generated/types/apps-v1.ts';
import type { CronJob, Job } from '../../../../../src/scheme/generated/types/batch-v1.ts';
import type {
  Endpoints,
  Event,
  Node,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Service,
} from '../../../../../src/scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../../../../src/scheme/generated/types/discovery-v1.ts';
import type { PodDisruptionBudget } from '../../../../../src/scheme/generated/types/policy-v1.ts';
import type { ApiObject } from '../../../../../src/scheme/object.ts';
import type { PlaneApi } from '../plane-api.ts';

/** What is in a namespace, and the nodes. */
export interface NamespaceState {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly statefulSets: readonly StatefulSet[];
  readonly daemonSets: readonly DaemonSet[];
  readonly jobs: readonly Job[];
  readonly cronJobs: readonly CronJob[];
  readonly services: readonly Service[];
  readonly endpoints: readonly Endpoints[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly quotas: readonly ResourceQuota[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly events: readonly Event[];
}

export async function readNamespace(api: PlaneApi, namespace: string): Promise<NamespaceState> {
  const here = <T extends ApiObject>(resource: string): Promise<T[]> =>
    api.list<T>(resource, { namespace });
  return {
    nodes: await api.list<Node>('nodes'),
    pods: await here('pods'),
    deployments: await here('deployments'),
    replicaSets: await here('replicasets'),
    statefulSets: await here('statefulsets'),
    daemonSets: await here('daemonsets'),
    jobs: await here('jobs'),
    cronJobs: await here('cronjobs'),
    services: await here('services'),
    endpoints: await here('endpoints'),
    endpointSlices: await here('endpointslices.discovery.k8s.io'),
    budgets: await here('poddisruptionbudgets'),
    quotas: await here('resourcequotas'),
    claims: await here('persistentvolumeclaims'),
    events: await here('events'),
  };
}
