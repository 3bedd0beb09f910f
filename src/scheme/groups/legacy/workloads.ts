/**
 * What old workloads leave out and apps/v1 fills otherwise, or not at all. What both fill alike is left to apps/v1, whose
 * defaults are applied to every object that is stored.
 */
import type {
  Deployment as AppsDeployment,
  StatefulSet,
} from '../../generated/types/apps-v1beta1.ts';
import type { PodTemplateSpec } from '../../generated/types/core-v1.ts';
import type {
  DaemonSet,
  Deployment,
  ReplicaSet,
} from '../../generated/types/extensions-v1beta1.ts';
import type { LabelSelector } from '../../generated/types/meta-v1.ts';
import type { ObjectMeta } from '../../object.ts';

/** The largest number of its kind stands for "no limit" and "no deadline". */
const MAX_INT32 = 2_147_483_647;

/** apps/v1beta1 keeps fewer old ReplicaSets than later versions. */
const REVISION_HISTORY_LIMIT = 2;

interface Labelled {
  metadata: ObjectMeta;
  spec?: { selector?: LabelSelector; template?: PodTemplateSpec };
}

/** Old workloads select, and carry themselves, the labels of their template. */
function applyTemplateLabels({ metadata, spec }: Labelled): void {
  const labels = spec?.template?.metadata?.labels;
  if (!spec || !labels) return;
  spec.selector ??= { matchLabels: { ...labels } };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

/** extensions/v1beta1 Deployment: one Pod at a time, and neither a deadline nor an end of its history. */
export function applyExtensionsDeploymentDefaults(deployment: Deployment): void {
  applyTemplateLabels(deployment);
  const { spec } = deployment;
  if (!spec) return;
  spec.revisionHistoryLimit ??= MAX_INT32;
  spec.progressDeadlineSeconds ??= MAX_INT32;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type !== 'RollingUpdate') return;
  spec.strategy.rollingUpdate ??= {};
  spec.strategy.rollingUpdate.maxUnavailable ??= 1;
  spec.strategy.rollingUpdate.maxSurge ??= 1;
}

/** apps/v1beta1 Deployment. */
export function applyAppsDeploymentDefaults(deployment: AppsDeployment): void {
  applyTemplateLabels(deployment);
  if (deployment.spec) deployment.spec.revisionHistoryLimit ??= REVISION_HISTORY_LIMIT;
}

/** apps/v1beta1 StatefulSet: its Pods are replaced when somebody deletes them. */
export function applyAppsStatefulSetDefaults(statefulSet: StatefulSet): void {
  applyTemplateLabels(statefulSet);
  applyOnDelete(statefulSet.spec);
}

/** extensions/v1beta1 DaemonSet: its Pods are replaced when somebody deletes them. */
export function applyExtensionsDaemonSetDefaults(daemonSet: DaemonSet): void {
  applyTemplateLabels(daemonSet);
  applyOnDelete(daemonSet.spec);
}

function applyOnDelete(
  spec: { updateStrategy?: { type?: 'OnDelete' | 'RollingUpdate' } } | undefined,
): void {
  if (!spec) return;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'OnDelete';
}

/** extensions/v1beta1 ReplicaSet. */
export function applyExtensionsReplicaSetDefaults(replicaSet: ReplicaSet): void {
  applyTemplateLabels(replicaSet);
}
