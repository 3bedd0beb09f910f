/**
 * The controllers: each brings one kind of thing to the state that its object asks for. Entry point of the room.
 * Invariant: a controller knows the API and its own folder, never another controller.
 */
import type { Controller } from '../machinery/controller.ts';
import {
  type AttachDetachOptions,
  createAttachDetachController,
} from './attach-detach/reconciler.ts';
import { createCertificateApproverController } from './certificate-approver/reconciler.ts';
import { createCertificateCleanerController } from './certificate-cleaner/reconciler.ts';
import {
  type CertificateSignerOptions,
  createCertificateSignerController,
} from './certificate-signer/reconciler.ts';
import { createClusterRoleAggregationController } from './clusterrole-aggregation/reconciler.ts';
import { createCronJobController } from './cronjob/reconciler.ts';
import { createDaemonSetController } from './daemonset/reconciler.ts';
import { createDeploymentController } from './deployment/reconciler.ts';
import {
  createDeviceTaintEvictionController,
  type DeviceTaintEvictionOptions,
} from './device-taint-eviction/reconciler.ts';
import { createDisruptionController } from './disruption/reconciler.ts';
import { createEndpointsController } from './endpoints/reconciler.ts';
import { createEndpointSliceController } from './endpointslice/reconciler.ts';
import { createEndpointSliceMirroringController } from './endpointslice-mirroring/reconciler.ts';
import { createEphemeralVolumeController } from './ephemeral-volume/reconciler.ts';
import { createEventCleanerController } from './event-cleaner/reconciler.ts';
import { createGarbageCollectorController } from './garbage-collector/reconciler.ts';
import {
  createHorizontalPodAutoscalerController,
  type HorizontalPodAutoscalerOptions,
} from './horizontal-pod-autoscaler/reconciler.ts';
import { createJobController } from './job/reconciler.ts';
import {
  createLegacyTokenCleanerController,
  type LegacyTokenCleanerOptions,
} from './legacy-serviceaccount-token-cleaner/reconciler.ts';
import { createNamespaceController } from './namespace/reconciler.ts';
import type { PodRangesOptions } from './node-ipam/plan.ts';
import { createNodeIpamController } from './node-ipam/reconciler.ts';
import { createNodeLifecycleController } from './node-lifecycle/reconciler.ts';
import type { EvictionRates } from './node-lifecycle/zones.ts';
import { createPersistentVolumeBinderController } from './persistentvolume-binder/reconciler.ts';
import { createPersistentVolumeExpanderController } from './persistentvolume-expander/reconciler.ts';
import { createPodGarbageCollectorController } from './pod-garbage-collector/reconciler.ts';
import { createPvProtectionController } from './pv-protection/reconciler.ts';
import { createPvcProtectionController } from './pvc-protection/reconciler.ts';
import { createReplicaSetController } from './replicaset/reconciler.ts';
import { createReplicationControllerController } from './replicationcontroller/reconciler.ts';
import { createResourceClaimController } from './resourceclaim/reconciler.ts';
import { createResourceQuotaController } from './resourcequota/reconciler.ts';
import {
  createRootCaCertificatePublisherController,
  type RootCaPublisherOptions,
} from './root-ca-certificate-publisher/reconciler.ts';
import { createServiceCidrController } from './service-cidr/reconciler.ts';
import { createServiceIpRepairController } from './service-ip-repair/reconciler.ts';
import { createServiceAccountController } from './serviceaccount/reconciler.ts';
import {
  createServiceAccountTokenController,
  type ServiceAccountTokenOptions,
} from './serviceaccount-token/reconciler.ts';
import { createStatefulSetController } from './statefulset/reconciler.ts';
import {
  createStorageVersionMigratorController,
  type StorageVersionMigratorOptions,
} from './storage-version-migrator/reconciler.ts';
import { createTaintEvictionController } from './taint-eviction/reconciler.ts';
import { createTtlController } from './ttl/reconciler.ts';
import { createTtlAfterFinishedController } from './ttl-after-finished/reconciler.ts';
import {
  createValidatingAdmissionPolicyStatusController,
  type ValidatingAdmissionPolicyStatusOptions,
} from './validating-admission-policy-status/reconciler.ts';
import { createVolumeAttacherController } from './volume-attacher/reconciler.ts';
import { createVolumeModifierController } from './volume-modifier/reconciler.ts';
import { createVolumeProvisionerController } from './volume-provisioner/reconciler.ts';
import { createVolumeAttributesClassProtectionController } from './volumeattributesclass-protection/reconciler.ts';

export interface ControllersOptions
  extends AttachDetachOptions,
    CertificateSignerOptions,
    DeviceTaintEvictionOptions,
    RootCaPublisherOptions,
    ServiceAccountTokenOptions,
    HorizontalPodAutoscalerOptions,
    PodRangesOptions,
    LegacyTokenCleanerOptions,
    StorageVersionMigratorOptions,
    ValidatingAdmissionPolicyStatusOptions {
  /** How long a Node may be silent before it is Unknown. @default 40_000 */
  readonly nodeMonitorGracePeriodMs?: number;
  /** How long a new Node may take to report for the first time. @default 60_000 */
  readonly nodeStartupGracePeriodMs?: number;
  /** How fast Nodes of a zone may be marked for eviction. @default Kubernetes' */
  readonly evictionRates?: EvictionRates;
  /** How often silent Nodes are looked for. @default 5_000 */
  readonly nodeMonitorPeriodMs?: number;
  /** How long an Event is kept after it was last seen. @default 3_600_000 */
  readonly eventTtlMs?: number;
  /** @default 100 */
  readonly maxEndpointsPerSlice?: number;
  /** How many ended Pods may stay; 0 keeps all. @default 12_500 */
  readonly terminatedPodThreshold?: number;
}

const FACTORIES = {
  deployment: createDeploymentController,
  replicaset: createReplicaSetController,
  replicationcontroller: createReplicationControllerController,
  daemonset: createDaemonSetController,
  statefulset: createStatefulSetController,
  job: createJobController,
  cronjob: createCronJobController,
  'horizontal-pod-autoscaler': createHorizontalPodAutoscalerController,
  'ttl-after-finished': createTtlAfterFinishedController,
  namespace: createNamespaceController,
  'device-taint-eviction': createDeviceTaintEvictionController,
  resourceclaim: createResourceClaimController,
  resourcequota: createResourceQuotaController,
  'service-cidr': createServiceCidrController,
  'service-ip-repair': createServiceIpRepairController,
  serviceaccount: createServiceAccountController,
  'serviceaccount-token': createServiceAccountTokenController,
  'legacy-serviceaccount-token-cleaner': createLegacyTokenCleanerController,
  disruption: createDisruptionController,
  endpoints: createEndpointsController,
  endpointslice: createEndpointSliceController,
  'endpointslice-mirroring': createEndpointSliceMirroringController,
  'event-cleaner': createEventCleanerController,
  'garbage-collector': createGarbageCollectorController,
  'node-ipam': createNodeIpamController,
  'node-lifecycle': createNodeLifecycleController,
  'taint-eviction': createTaintEvictionController,
  ttl: createTtlController,
  'pod-garbage-collector': createPodGarbageCollectorController,
  'persistentvolume-binder': createPersistentVolumeBinderController,
  'volume-provisioner': createVolumeProvisionerController,
  'persistentvolume-expander': createPersistentVolumeExpanderController,
  'attach-detach': createAttachDetachController,
  'volume-attacher': createVolumeAttacherController,
  'volume-modifier': createVolumeModifierController,
  'ephemeral-volume': createEphemeralVolumeController,
  'pvc-protection': createPvcProtectionController,
  'pv-protection': createPvProtectionController,
  'volumeattributesclass-protection': createVolumeAttributesClassProtectionController,
  'certificate-approver': createCertificateApproverController,
  'certificate-signer': createCertificateSignerController,
  'certificate-cleaner': createCertificateCleanerController,
  'root-ca-certificate-publisher': createRootCaCertificatePublisherController,
  'clusterrole-aggregation': createClusterRoleAggregationController,
  'storage-version-migrator': createStorageVersionMigratorController,
  'validatingadmissionpolicy-status': createValidatingAdmissionPolicyStatusController,
} as const satisfies Readonly<Record<string, (options: ControllersOptions) => Controller>>;

export type ControllerName = keyof typeof FACTORIES;

/** Every controller there is, by name. */
export const CONTROLLER_NAMES = Object.keys(FACTORIES) as readonly ControllerName[];

/** The controllers of `names`. @param names default all */
export function createControllers(
  options: ControllersOptions,
  names: readonly ControllerName[] = CONTROLLER_NAMES,
): readonly Controller[] {
  return names.map((name) => FACTORIES[name](options));
}
