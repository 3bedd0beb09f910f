/** Which kind has which behaviour. A kind that is not here behaves as {@link genericStrategy} says. */
import { RESOURCE_DEFINITIONS } from '../generated/definitions.ts';
import type { KindStrategy, NameRule, PrinterColumn } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';
import type { ResourceDefinition } from '../resource.ts';
import { customResourceDefinitionStrategy } from './apiextensions/custom-resource-definition.ts';
import { daemonSetStrategy } from './apps/daemon-set.ts';
import { deploymentStrategy } from './apps/deployment.ts';
import { replicaSetStrategy } from './apps/replica-set.ts';
import { statefulSetStrategy } from './apps/stateful-set.ts';
import { horizontalPodAutoscalerStrategy } from './autoscaling/horizontal-pod-autoscaler.ts';
import { cronJobStrategy } from './batch/cron-job.ts';
import { jobStrategy } from './batch/job.ts';
import { leaseStrategy } from './coordination/lease.ts';
import { configMapStrategy } from './core/config-map.ts';
import { endpointsStrategy } from './core/endpoints.ts';
import { eventStrategy } from './core/event.ts';
import { namespaceStrategy } from './core/namespace.ts';
import { nodeStrategy } from './core/node.ts';
import { podStrategy } from './core/pod.ts';
import { secretStrategy } from './core/secret.ts';
import { serviceStrategy } from './core/service.ts';
import { serviceAccountStrategy } from './core/service-account.ts';
import { endpointSliceStrategy } from './discovery/endpoint-slice.ts';
import { eventsEventStrategy } from './events/event.ts';
import { genericStrategy } from './generic-strategy.ts';
import { LEGACY_STRATEGIES } from './legacy/strategies.ts';
import { ingressClassColumns, ingressColumns, networkPolicyColumns } from './networking/columns.ts';
import { podDisruptionBudgetColumns } from './policy/columns.ts';
import { roleBindingColumns, roleColumns } from './rbac/columns.ts';
import { priorityClassColumns } from './scheduling/columns.ts';
import {
  persistentVolumeClaimColumns,
  persistentVolumeColumns,
  storageClassColumns,
} from './storage/columns.ts';

import { storageVersionMigrationStrategy } from './storagemigration/storage-version-migration.ts';

type Entry = readonly [key: string, strategy: KindStrategy];

/** The registry does not know the kinds: each strategy is only ever called with objects of its own. */
const entry = <T extends ApiObject>(key: string, strategy: KindStrategy<T>): Entry => [
  key,
  strategy as unknown as KindStrategy,
];

const OWN_BEHAVIOUR: readonly Entry[] = [
  entry('/ConfigMap', configMapStrategy),
  entry('/Endpoints', endpointsStrategy),
  entry('/Event', eventStrategy),
  entry('/Namespace', namespaceStrategy),
  entry('/Node', nodeStrategy),
  entry('/Pod', podStrategy),
  entry('/Secret', secretStrategy),
  entry('/Service', serviceStrategy),
  entry('/ServiceAccount', serviceAccountStrategy),
  entry('apiextensions.k8s.io/CustomResourceDefinition', customResourceDefinitionStrategy),
  entry('apps/DaemonSet', daemonSetStrategy),
  entry('apps/Deployment', deploymentStrategy),
  entry('apps/ReplicaSet', replicaSetStrategy),
  entry('apps/StatefulSet', statefulSetStrategy),
  entry('autoscaling/v2/HorizontalPodAutoscaler', horizontalPodAutoscalerStrategy),
  entry('batch/CronJob', cronJobStrategy),
  entry('batch/Job', jobStrategy),
  entry('coordination.k8s.io/Lease', leaseStrategy),
  entry('discovery.k8s.io/EndpointSlice', endpointSliceStrategy),
  entry('events.k8s.io/Event', eventsEventStrategy),
  entry('storagemigration.k8s.io/StorageVersionMigration', storageVersionMigrationStrategy),
];

/** Kinds that behave as any other, but show more of themselves in tables or have names of another form. */
interface Extras {
  readonly columns?: readonly PrinterColumn[];
  readonly nameRule?: NameRule;
}

const extras = <T extends ApiObject>(
  columns: readonly PrinterColumn<T>[],
  nameRule?: NameRule,
): Extras => ({ columns: columns as unknown as readonly PrinterColumn[], nameRule });

const EXTRAS: ReadonlyMap<string, Extras> = new Map([
  ['/PersistentVolume', extras(persistentVolumeColumns)],
  ['/PersistentVolumeClaim', extras(persistentVolumeClaimColumns)],
  ['networking.k8s.io/Ingress', extras(ingressColumns)],
  ['networking.k8s.io/IngressClass', extras(ingressClassColumns)],
  ['networking.k8s.io/NetworkPolicy', extras(networkPolicyColumns)],
  ['policy/PodDisruptionBudget', extras(podDisruptionBudgetColumns)],
  ['rbac.authorization.k8s.io/ClusterRole', extras(roleColumns, 'path-segment')],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', extras(roleBindingColumns, 'path-segment')],
  ['rbac.authorization.k8s.io/Role', extras(roleColumns, 'path-segment')],
  ['rbac.authorization.k8s.io/RoleBinding', extras(roleBindingColumns, 'path-segment')],
  ['scheduling.k8s.io/PriorityClass', extras(priorityClassColumns)],
  ['storage.k8s.io/StorageClass', extras(storageClassColumns)],
]);

const hasStatus = ({ subresources }: ResourceDefinition): boolean =>
  subresources.some(({ name }) => name === 'status');

function genericEntries(): Entry[] {
  return RESOURCE_DEFINITIONS.map((definition) => {
    const { group, kind } = definition;
    const key = `${group}/${kind}`;
    const { columns, nameRule } = EXTRAS.get(key) ?? {};
    const strategy: KindStrategy = {
      ...genericStrategy({ hasStatus: hasStatus(definition) }),
      ...(columns ? { printerColumns: columns } : {}),
      ...(nameRule ? { nameRule } : {}),
    };
    return [key, strategy];
  });
}

/** Behaviour of the built-in kinds by `group/Kind`, or `group/version/Kind` where versions differ. */
export const STRATEGIES: ReadonlyMap<string, KindStrategy> = new Map([
  ...genericEntries(),
  ...OWN_BEHAVIOUR,
  ...LEGACY_STRATEGIES,
]);
