/** The cluster roles of controllers, by the service account of kube-system that each is bound to. */
import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';
import { allow, READ, RECORD_EVENTS } from './allow.ts';

const WORKLOAD_GROUPS = 'apps extensions';

/** What a controller needs that makes Pods for a kind of its own. */
const podMaker = (groups: string, resource: string, verbs: string): readonly PolicyRule[] => [
  allow(verbs, groups, resource),
  allow('update', groups, `${resource}/status`),
  // Makes it the owner that holds up the deletion of what it owns.
  allow('update', groups, `${resource}/finalizers`),
  allow('list watch patch create delete', 'core', 'pods'),
  RECORD_EVENTS,
];

const SIGNERS =
  'kubernetes.io/legacy-unknown kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving';

const WORKLOAD_CONTROLLERS: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cronjob-controller': [
    allow(`update ${READ}`, 'batch', 'cronjobs'),
    allow(`create update delete patch ${READ}`, 'batch', 'jobs'),
    allow('update', 'batch', 'cronjobs/status'),
    allow('update', 'batch', 'cronjobs/finalizers'),
    allow('list watch delete', 'core', 'pods'),
    RECORD_EVENTS,
  ],
  'daemon-set-controller': [
    ...podMaker(WORKLOAD_GROUPS, 'daemonsets', READ),
    allow('list watch', 'core', 'nodes'),
    allow('create', 'core', 'pods/binding'),
    allow(`create delete update patch ${READ}`, 'apps', 'controllerrevisions'),
  ],
  'deployment-controller': [
    allow(`update ${READ}`, WORKLOAD_GROUPS, 'deployments'),
    allow('update', WORKLOAD_GROUPS, 'deployments/status'),
    allow('update', WORKLOAD_GROUPS, 'deployments/finalizers'),
    allow(`create update patch delete ${READ}`, WORKLOAD_GROUPS, 'replicasets'),
    allow(`update ${READ}`, 'core', 'pods'),
    RECORD_EVENTS,
  ],
  'disruption-controller': [
    allow(READ, WORKLOAD_GROUPS, 'deployments replicasets'),
    allow(READ, 'core', 'replicationcontrollers'),
    allow(READ, 'policy', 'poddisruptionbudgets'),
    allow(READ, 'apps', 'statefulsets'),
    allow('update', 'policy', 'poddisruptionbudgets/status'),
    allow('patch update', 'core', 'pods/status'),
    allow('list watch', 'core', 'pods'),
    allow('get', '*', '*/scale'),
    RECORD_EVENTS,
  ],
  'horizontal-pod-autoscaler': [
    allow(READ, 'autoscaling', 'horizontalpodautoscalers'),
    allow('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    allow('get update', '*', '*/scale'),
    allow('list watch', 'core', 'pods'),
    allow('list watch', 'metrics.k8s.io', 'pods'),
    allow(READ, 'custom.metrics.k8s.io', '*'),
    allow(READ, 'external.metrics.k8s.io', '*'),
    RECORD_EVENTS,
  ],
  'job-controller': podMaker('batch', 'jobs', `update patch ${READ}`),
  'replicaset-controller': podMaker(WORKLOAD_GROUPS, 'replicasets', `update ${READ}`),
  'replication-controller': podMaker('core', 'replicationcontrollers', `update ${READ}`),
  'statefulset-controller': [
    allow('list watch', 'core', 'pods'),
    allow(READ, 'apps', 'statefulsets'),
    allow('update', 'apps', 'statefulsets/status'),
    allow('update', 'apps', 'statefulsets/finalizers'),
    allow('get create delete update patch', 'core', 'pods'),
    allow(`create delete update patch ${READ}`, 'apps', 'controllerrevisions'),
    allow(`create update delete ${READ}`, 'core', 'persistentvolumeclaims'),
    allow('update', 'core', 'pods/finalizers'),
    RECORD_EVENTS,
  ],
  'ttl-after-finished-controller': [allow(`delete ${READ}`, 'batch', 'jobs'), RECORD_EVENTS],
};

const CLUSTER_CONTROLLERS: Readonly<Record<string, readonly PolicyRule[]>> = {
  'certificate-controller': [
    allow(`delete ${READ}`, 'certificates.k8s.io', 'certificatesigningrequests'),
    allow(
      'update',
      'certificates.k8s.io',
      'certificatesigningrequests/status certificatesigningrequests/approval',
    ),
    allow(
      'approve',
      'certificates.k8s.io',
      'signers',
      'kubernetes.io/kube-apiserver-client-kubelet',
    ),
    allow('sign', 'certificates.k8s.io', 'signers', SIGNERS),
    allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    RECORD_EVENTS,
  ],
  'clusterrole-aggregation-controller': [
    // It writes rules that it does not hold.
    allow(`escalate update patch ${READ}`, 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'device-taint-eviction-controller': [
    allow(`delete ${READ}`, 'core', 'pods'),
    allow('patch update', 'core', 'pods/status'),
    allow(READ, 'resource.k8s.io', 'devicetaintrules resourceclaims resourceslices'),
    allow('patch update', 'resource.k8s.io', 'devicetaintrules/status'),
    RECORD_EVENTS,
  ],
  // Elsewhere Events end by themselves, in etcd.
  'event-cleaner': [allow('delete', 'core', 'events')],
  'generic-garbage-collector': [allow(`patch update delete ${READ}`, '*', '*'), RECORD_EVENTS],
  'legacy-service-account-token-cleaner': [
    allow('get', 'core', 'configmaps', 'kube-apiserver-legacy-service-account-token-tracking'),
    allow('patch delete', 'core', 'secrets'),
  ],
  'namespace-controller': [
    allow(`delete ${READ}`, 'core', 'namespaces'),
    allow('update', 'core', 'namespaces/finalize namespaces/status'),
    allow(`delete deletecollection ${READ}`, '*', '*'),
  ],
  'node-controller': [
    allow(`update delete patch ${READ}`, 'core', 'nodes'),
    allow('patch update', 'core', 'nodes/status'),
    allow('patch update', 'core', 'pods/status'),
    allow(`delete ${READ}`, 'core', 'pods'),
    RECORD_EVENTS,
  ],
  'pod-garbage-collector': [
    allow('list watch delete', 'core', 'pods'),
    allow(READ, 'core', 'nodes'),
    allow('patch', 'core', 'pods/status'),
  ],
  'resourcequota-controller': [
    allow('list watch', '*', '*'),
    allow('update', 'core', 'resourcequotas/status'),
    RECORD_EVENTS,
  ],
  'root-ca-cert-publisher': [allow('create update', 'core', 'configmaps'), RECORD_EVENTS],
  'service-account-controller': [allow('create', 'core', 'serviceaccounts'), RECORD_EVENTS],
  // Kubernetes runs it as the controller manager itself, whose rights no controller has here.
  'service-account-token-controller': [
    allow('update delete', 'core', 'secrets'),
    allow('get update', 'core', 'serviceaccounts'),
  ],
  'storage-version-migrator-controller': [
    allow('list watch create patch', '*', '*'),
    allow('get', 'storagemigration.k8s.io', 'storageversionmigrations'),
    allow('update', 'storagemigration.k8s.io', 'storageversionmigrations/status'),
  ],
  'ttl-controller': [allow('update patch list watch', 'core', 'nodes'), RECORD_EVENTS],
  'validatingadmissionpolicy-status-controller': [
    allow(READ, 'admissionregistration.k8s.io', 'validatingadmissionpolicies'),
    allow('get patch update', 'admissionregistration.k8s.io', 'validatingadmissionpolicies/status'),
    RECORD_EVENTS,
  ],
};

const NETWORK_CONTROLLERS: Readonly<Record<string, readonly PolicyRule[]>> = {
  'endpoint-controller': [
    allow(READ, 'core', 'services pods'),
    allow(`create update delete ${READ}`, 'core', 'endpoints'),
    allow('create', 'core', 'endpoints/restricted'),
    RECORD_EVENTS,
  ],
  'endpointslice-controller': [
    allow(READ, 'core', 'services pods nodes'),
    allow('update', 'core', 'services/finalizers'),
    allow(`create update delete ${READ}`, 'discovery.k8s.io', 'endpointslices'),
    RECORD_EVENTS,
  ],
  'endpointslicemirroring-controller': [
    allow(READ, 'core', 'services endpoints'),
    allow('update', 'core', 'services/finalizers endpoints/finalizers'),
    allow(`create update delete ${READ}`, 'discovery.k8s.io', 'endpointslices'),
    RECORD_EVENTS,
  ],
  'route-controller': [
    allow('list watch', 'core', 'nodes'),
    allow('patch', 'core', 'nodes/status'),
    RECORD_EVENTS,
  ],
  'service-cidrs-controller': [
    allow(`patch update ${READ}`, 'networking.k8s.io', 'servicecidrs'),
    allow('patch update', 'networking.k8s.io', 'servicecidrs/finalizers servicecidrs/status'),
    allow(READ, 'networking.k8s.io', 'ipaddresses'),
    RECORD_EVENTS,
  ],
  'service-ip-repair-controller': [
    allow(READ, 'core', 'services'),
    allow(READ, 'networking.k8s.io', 'servicecidrs'),
    allow(`create delete ${READ}`, 'networking.k8s.io', 'ipaddresses'),
    RECORD_EVENTS,
  ],
  'service-controller': [
    allow(READ, 'core', 'services'),
    allow('patch update', 'core', 'services/status'),
    allow('list watch', 'core', 'nodes'),
    RECORD_EVENTS,
  ],
};

const VOLUME_CONTROLLERS: Readonly<Record<string, readonly PolicyRule[]>> = {
  'attachdetach-controller': [
    allow('list watch', 'core', 'persistentvolumes persistentvolumeclaims'),
    allow(READ, 'core', 'nodes'),
    allow('patch update', 'core', 'nodes/status'),
    allow('list watch', 'core', 'pods'),
    RECORD_EVENTS,
    allow(`create delete ${READ}`, 'storage.k8s.io', 'volumeattachments'),
    allow(READ, 'storage.k8s.io', 'csidrivers csinodes'),
  ],
  'ephemeral-volume-controller': [
    allow(READ, 'core', 'pods'),
    allow('update', 'core', 'pods/finalizers'),
    allow(`create ${READ}`, 'core', 'persistentvolumeclaims'),
    RECORD_EVENTS,
  ],
  'expand-controller': [
    allow(`update patch ${READ}`, 'core', 'persistentvolumes'),
    allow('update patch', 'core', 'persistentvolumeclaims/status'),
    // To name the driver that is to grow a volume whose plugin is no more.
    allow(`update ${READ}`, 'core', 'persistentvolumeclaims'),
    allow(READ, 'storage.k8s.io', 'storageclasses'),
    RECORD_EVENTS,
  ],
  'persistent-volume-binder': [
    allow(`update create delete ${READ}`, 'core', 'persistentvolumes'),
    allow('update', 'core', 'persistentvolumes/status'),
    allow(`update ${READ}`, 'core', 'persistentvolumeclaims'),
    allow('update', 'core', 'persistentvolumeclaims/status'),
    allow(`create delete ${READ}`, 'core', 'pods'),
    allow(READ, 'storage.k8s.io', 'storageclasses'),
    allow('list watch', 'core', 'nodes'),
    allow('watch', 'core', 'events'),
    RECORD_EVENTS,
  ],
  'pv-protection-controller': [allow(`update ${READ}`, 'core', 'persistentvolumes'), RECORD_EVENTS],
  'pvc-protection-controller': [
    allow(`update ${READ}`, 'core', 'persistentvolumeclaims'),
    allow(READ, 'core', 'pods'),
    RECORD_EVENTS,
  ],
  'resource-claim-controller': [
    allow(READ, 'core', 'pods'),
    allow('update', 'core', 'pods/finalizers'),
    allow(`create delete ${READ}`, 'resource.k8s.io', 'resourceclaims'),
    allow(READ, 'resource.k8s.io', 'resourceclaimtemplates'),
    allow('update patch', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
    allow('update patch', 'core', 'pods/status'),
    RECORD_EVENTS,
  ],
  // The other side of the simulated disks: what their driver's own controllers may do elsewhere.
  'simulated-storage': [
    allow(`create update patch delete ${READ}`, 'core', 'persistentvolumes'),
    allow('update', 'core', 'persistentvolumes/status'),
    allow(`update patch ${READ}`, 'core', 'persistentvolumeclaims'),
    allow('update patch', 'core', 'persistentvolumeclaims/status'),
    allow(READ, 'core', 'nodes'),
    allow(READ, 'storage.k8s.io', 'storageclasses volumeattributesclasses'),
    allow(`update patch ${READ}`, 'storage.k8s.io', 'volumeattachments'),
    allow('update patch', 'storage.k8s.io', 'volumeattachments/status'),
    RECORD_EVENTS,
  ],
  'volumeattributesclass-protection-controller': [
    allow(READ, 'core', 'persistentvolumeclaims persistentvolumes'),
    allow(`update ${READ}`, 'storage.k8s.io', 'volumeattributesclasses'),
    RECORD_EVENTS,
  ],
};

export const CONTROLLER_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  ...WORKLOAD_CONTROLLERS,
  ...CLUSTER_CONTROLLERS,
  ...NETWORK_CONTROLLERS,
  ...VOLUME_CONTROLLERS,
};
