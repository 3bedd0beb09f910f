/** Which kind has which behaviour. A kind that is not here behaves as {@link genericStrategy} says. */
import { RESOURCE_DEFINITIONS } from '../generated/definitions.ts';
import type { KindStrategy } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';
import type { ResourceDefinition } from '../resource.ts';
import {
  mutatingAdmissionPolicyStrategy,
  validatingAdmissionPolicyStrategy,
} from './admissionregistration/policy.ts';
import {
  mutatingAdmissionPolicyBindingStrategy,
  validatingAdmissionPolicyBindingStrategy,
} from './admissionregistration/policy-binding.ts';
import {
  mutatingWebhookConfigurationStrategy,
  validatingWebhookConfigurationStrategy,
} from './admissionregistration/webhook-configuration.ts';
import { customResourceDefinitionStrategy } from './apiextensions/custom-resource-definition.ts';
import { apiServiceStrategy } from './apiregistration/api-service.ts';
import { storageVersionStrategy } from './apiserverinternal/storage-version.ts';
import { controllerRevisionStrategy } from './apps/controller-revision.ts';
import { daemonSetStrategy } from './apps/daemon-set.ts';
import { deploymentStrategy } from './apps/deployment.ts';
import { replicaSetStrategy } from './apps/replica-set.ts';
import { statefulSetStrategy } from './apps/stateful-set.ts';
import {
  horizontalPodAutoscalerStrategy,
  stableAutoscalerStrategy,
} from './autoscaling/horizontal-pod-autoscaler.ts';
import { cronJobStrategy } from './batch/cron-job.ts';
import { jobStrategy } from './batch/job.ts';
import { certificateSigningRequestStrategy } from './certificates/certificate-signing-request.ts';
import { clusterTrustBundleStrategy } from './certificates/cluster-trust-bundle.ts';
import { podCertificateRequestStrategy } from './certificates/pod-certificate-request.ts';
import { leaseStrategy } from './coordination/lease.ts';
import { leaseCandidateStrategy } from './coordination/lease-candidate.ts';
import { componentStatusStrategy } from './core/component-status.ts';
import { configMapStrategy } from './core/config-map.ts';
import { endpointsStrategy } from './core/endpoints.ts';
import { eventStrategy } from './core/event.ts';
import { limitRangeStrategy } from './core/limit-range.ts';
import { namespaceStrategy } from './core/namespace.ts';
import { nodeStrategy } from './core/node.ts';
import { persistentVolumeStrategy } from './core/persistent-volume.ts';
import { persistentVolumeClaimStrategy } from './core/persistent-volume-claim.ts';
import { podStrategy } from './core/pod.ts';
import { podTemplateStrategy } from './core/pod-template.ts';
import { replicationControllerStrategy } from './core/replication-controller.ts';
import { resourceQuotaStrategy } from './core/resource-quota.ts';
import { secretStrategy } from './core/secret.ts';
import { serviceStrategy } from './core/service.ts';
import { serviceAccountStrategy } from './core/service-account.ts';
import { endpointSliceStrategy } from './discovery/endpoint-slice.ts';
import { eventsEventStrategy } from './events/event.ts';
import { flowSchemaStrategy } from './flowcontrol/flow-schema.ts';
import { priorityLevelStrategy } from './flowcontrol/priority-level.ts';
import { genericStrategy } from './generic-strategy.ts';
import { LEGACY_STRATEGIES } from './legacy/strategies.ts';
import { ingressStrategy } from './networking/ingress.ts';
import { ingressClassStrategy } from './networking/ingress-class.ts';
import { ipAddressStrategy } from './networking/ip-address.ts';
import { networkPolicyStrategy } from './networking/network-policy.ts';
import { serviceCidrStrategy } from './networking/service-cidr.ts';
import { runtimeClassStrategy } from './node/runtime-class.ts';
import { podDisruptionBudgetStrategy } from './policy/pod-disruption-budget.ts';
import { clusterRoleBindingStrategy, roleBindingStrategy } from './rbac/role-bindings.ts';
import { clusterRoleStrategy, roleStrategy } from './rbac/roles.ts';
import { deviceClassStrategy } from './resource/device-class.ts';
import { deviceTaintRuleStrategy } from './resource/device-taint-rule.ts';
import { poolStatusRequestStrategy } from './resource/pool-status-request.ts';
import {
  betaResourceClaimStrategy,
  betaResourceClaimTemplateStrategy,
  resourceClaimStrategy,
  resourceClaimTemplateStrategy,
} from './resource/resource-claim.ts';
import { resourceSliceStrategy } from './resource/resource-slice.ts';
import { podGroupStrategy, workloadStrategy } from './scheduling/pod-groups.ts';
import { priorityClassStrategy } from './scheduling/priority-class.ts';
import { faultStrategy } from './simulation/fault.ts';
import { nodeProfileStrategy } from './simulation/node-profile.ts';
import { stageStrategy } from './simulation/stage.ts';
import { csiDriverStrategy } from './storage/csi-driver.ts';
import { csiNodeStrategy } from './storage/csi-node.ts';
import { csiStorageCapacityStrategy } from './storage/csi-storage-capacity.ts';
import { storageClassStrategy } from './storage/storage-class.ts';
import { volumeAttachmentStrategy } from './storage/volume-attachment.ts';
import { volumeAttributesClassStrategy } from './storage/volume-attributes-class.ts';
import { storageVersionMigrationStrategy } from './storagemigration/storage-version-migration.ts';

type Entry = readonly [key: string, strategy: KindStrategy];

/** The registry does not know the kinds: each strategy is only ever called with objects of its own. */
const entry = <T extends ApiObject>(key: string, strategy: KindStrategy<T>): Entry => [
  key,
  strategy as unknown as KindStrategy,
];

const OWN_BEHAVIOUR: readonly Entry[] = [
  entry('/ComponentStatus', componentStatusStrategy),
  entry('/ConfigMap', configMapStrategy),
  entry('/Endpoints', endpointsStrategy),
  entry('/Event', eventStrategy),
  entry('/LimitRange', limitRangeStrategy),
  entry('/Namespace', namespaceStrategy),
  entry('/Node', nodeStrategy),
  entry('/PersistentVolume', persistentVolumeStrategy),
  entry('/PersistentVolumeClaim', persistentVolumeClaimStrategy),
  entry('/Pod', podStrategy),
  entry('/PodTemplate', podTemplateStrategy),
  entry('/ReplicationController', replicationControllerStrategy),
  entry('/ResourceQuota', resourceQuotaStrategy),
  entry('/Secret', secretStrategy),
  entry('/Service', serviceStrategy),
  entry('/ServiceAccount', serviceAccountStrategy),
  entry('admissionregistration.k8s.io/MutatingAdmissionPolicy', mutatingAdmissionPolicyStrategy),
  entry(
    'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
    mutatingAdmissionPolicyBindingStrategy,
  ),
  entry(
    'admissionregistration.k8s.io/MutatingWebhookConfiguration',
    mutatingWebhookConfigurationStrategy,
  ),
  entry(
    'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
    validatingAdmissionPolicyStrategy,
  ),
  entry(
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
    validatingAdmissionPolicyBindingStrategy,
  ),
  entry(
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    validatingWebhookConfigurationStrategy,
  ),
  entry('apiextensions.k8s.io/CustomResourceDefinition', customResourceDefinitionStrategy),
  entry('apiregistration.k8s.io/APIService', apiServiceStrategy),
  entry('apps/ControllerRevision', controllerRevisionStrategy),
  entry('apps/DaemonSet', daemonSetStrategy),
  entry('apps/Deployment', deploymentStrategy),
  entry('apps/ReplicaSet', replicaSetStrategy),
  entry('apps/StatefulSet', statefulSetStrategy),
  entry('autoscaling/v1/HorizontalPodAutoscaler', stableAutoscalerStrategy),
  entry('autoscaling/v2/HorizontalPodAutoscaler', horizontalPodAutoscalerStrategy),
  entry('batch/CronJob', cronJobStrategy),
  entry('batch/Job', jobStrategy),
  entry('certificates.k8s.io/CertificateSigningRequest', certificateSigningRequestStrategy),
  entry('certificates.k8s.io/ClusterTrustBundle', clusterTrustBundleStrategy),
  entry('certificates.k8s.io/PodCertificateRequest', podCertificateRequestStrategy),
  entry('coordination.k8s.io/Lease', leaseStrategy),
  entry('coordination.k8s.io/LeaseCandidate', leaseCandidateStrategy),
  entry('discovery.k8s.io/EndpointSlice', endpointSliceStrategy),
  entry('events.k8s.io/Event', eventsEventStrategy),
  entry('flowcontrol.apiserver.k8s.io/FlowSchema', flowSchemaStrategy),
  entry('flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration', priorityLevelStrategy),
  entry('internal.apiserver.k8s.io/StorageVersion', storageVersionStrategy),
  entry('networking.k8s.io/IPAddress', ipAddressStrategy),
  entry('networking.k8s.io/Ingress', ingressStrategy),
  entry('networking.k8s.io/IngressClass', ingressClassStrategy),
  entry('networking.k8s.io/NetworkPolicy', networkPolicyStrategy),
  entry('networking.k8s.io/ServiceCIDR', serviceCidrStrategy),
  entry('node.k8s.io/RuntimeClass', runtimeClassStrategy),
  entry('policy/PodDisruptionBudget', podDisruptionBudgetStrategy),
  entry('rbac.authorization.k8s.io/ClusterRole', clusterRoleStrategy),
  entry('rbac.authorization.k8s.io/ClusterRoleBinding', clusterRoleBindingStrategy),
  entry('rbac.authorization.k8s.io/Role', roleStrategy),
  entry('rbac.authorization.k8s.io/RoleBinding', roleBindingStrategy),
  entry('resource.k8s.io/DeviceClass', deviceClassStrategy),
  entry('resource.k8s.io/DeviceTaintRule', deviceTaintRuleStrategy),
  entry('resource.k8s.io/ResourceClaim', resourceClaimStrategy),
  entry('resource.k8s.io/ResourceClaimTemplate', resourceClaimTemplateStrategy),
  entry('resource.k8s.io/ResourcePoolStatusRequest', poolStatusRequestStrategy),
  entry('resource.k8s.io/ResourceSlice', resourceSliceStrategy),
  entry('resource.k8s.io/v1beta1/ResourceClaim', betaResourceClaimStrategy),
  entry('resource.k8s.io/v1beta1/ResourceClaimTemplate', betaResourceClaimTemplateStrategy),
  entry('scheduling.k8s.io/PodGroup', podGroupStrategy),
  entry('scheduling.k8s.io/PriorityClass', priorityClassStrategy),
  entry('scheduling.k8s.io/Workload', workloadStrategy),
  entry('simulation.orrery.dev/Fault', faultStrategy),
  entry('simulation.orrery.dev/NodeProfile', nodeProfileStrategy),
  entry('simulation.orrery.dev/Stage', stageStrategy),
  entry('storage.k8s.io/CSIDriver', csiDriverStrategy),
  entry('storage.k8s.io/CSINode', csiNodeStrategy),
  entry('storage.k8s.io/CSIStorageCapacity', csiStorageCapacityStrategy),
  entry('storage.k8s.io/StorageClass', storageClassStrategy),
  entry('storage.k8s.io/VolumeAttachment', volumeAttachmentStrategy),
  entry('storage.k8s.io/VolumeAttributesClass', volumeAttributesClassStrategy),
  entry('storagemigration.k8s.io/StorageVersionMigration', storageVersionMigrationStrategy),
];

const hasStatus = ({ subresources }: ResourceDefinition): boolean =>
  subresources.some(({ name }) => name === 'status');

const genericEntries = (): Entry[] =>
  RESOURCE_DEFINITIONS.map((definition) => [
    `${definition.group}/${definition.kind}`,
    genericStrategy({ hasStatus: hasStatus(definition) }),
  ]);

/** Behaviour of the built-in kinds by `group/Kind`, or `group/version/Kind` where versions differ. */
export const STRATEGIES: ReadonlyMap<string, KindStrategy> = new Map([
  ...genericEntries(),
  ...OWN_BEHAVIOUR,
  ...LEGACY_STRATEGIES,
]);
