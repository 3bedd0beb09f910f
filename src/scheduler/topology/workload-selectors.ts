import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type InformerFactory } from '../../machinery/informer.ts';
import {
  appsReplicaSets,
  appsStatefulSets,
  coreReplicationControllers,
  coreServices,
} from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type LabelRequirement, requirementsOf } from '../../scheme/label-selector.ts';
import { hasLabels, type Labels } from '../../scheme/labels.ts';
import { controllerOf, namespacedKey } from '../../scheme/object.ts';

/** Which pods belong together with `pod`, by the Services and the workload that select it; undefined when none does. */
export type WorkloadSelector = (pod: Pod) => readonly LabelRequirement[] | undefined;

/** Reads Services, ReplicationControllers, ReplicaSets and StatefulSets, as Kubernetes does for the default constraints. */
export function createWorkloadSelector(informers: InformerFactory): WorkloadSelector {
  const services = informers.informer(coreServices);
  addNamespaceIndex(services);
  const controllers = informers.informer(coreReplicationControllers);
  const replicaSets = informers.informer(appsReplicaSets);
  const statefulSets = informers.informer(appsStatefulSets);
  const ownerRequirements = (pod: Pod): LabelRequirement[] => {
    const owner = controllerOf(pod);
    if (!owner) return [];
    const key = namespacedKey(pod.metadata.namespace, owner.name);
    if (owner.kind === 'ReplicationController') {
      return equalities(controllers.get(key)?.spec?.selector ?? {});
    }
    const workloads = { ReplicaSet: replicaSets, StatefulSet: statefulSets }[owner.kind];
    return requirementsOf(workloads?.get(key)?.spec?.selector ?? {});
  };
  return (pod) => {
    const labels: Record<string, string> = {};
    for (const { spec } of services.byIndex(INDEX_NAMESPACE, pod.metadata.namespace ?? '')) {
      const selector = spec?.selector;
      if (selector && hasAny(selector) && hasLabels(pod.metadata.labels, selector)) {
        Object.assign(labels, selector);
      }
    }
    const requirements = [...equalities(labels), ...ownerRequirements(pod)];
    return requirements.length === 0 ? undefined : requirements;
  };
}

function equalities(labels: Labels): LabelRequirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'in', values: [value] }));
}

function hasAny(labels: Labels): boolean {
  for (const _ in labels) return true;
  return false;
}
