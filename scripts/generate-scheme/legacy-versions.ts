/**
 * The versions that Kubernetes once served and has removed since. Orrery still serves them, as deprecated, so that old
 * manifests apply. Facts kept by hand: which kinds, from which release's published models, and when each was deprecated
 * and removed.
 */

/** Published models of old releases: the newest release that still had a version describes it best. */
export const LEGACY_PACKAGES = {
  '1.15': '0.11.2',
  '1.21': '0.15.1',
  '1.28': '0.20.0',
} as const;

export type LegacyRelease = keyof typeof LEGACY_PACKAGES;

export interface LegacyVersion {
  readonly group: string;
  readonly version: string;
  readonly release: LegacyRelease;
  readonly kinds: readonly string[];
  /** An earlier entry of the table whose fields were just the same: `networking.k8s.io/v1beta1`. @default none */
  readonly schemasOf?: string;
  /** Subresources that only this version had, all of them actions. @default none */
  readonly actions?: readonly LegacyAction[];
  /** The group of the resources that hold the objects. @default the same group */
  readonly storedIn?: string;
  /** The releases that deprecated the version and that stopped serving it. */
  readonly since: string;
  readonly removedIn: string;
}

export interface LegacyAction {
  /** The kind of the objects that it is done to. */
  readonly of: string;
  readonly name: string;
  /** The kind that it takes. */
  readonly takes: string;
}

/** Deployments once had their controller go back to a revision; clients have done that since. */
const ROLLBACK: LegacyAction = { of: 'Deployment', name: 'rollback', takes: 'DeploymentRollback' };

export const LEGACY_VERSIONS: readonly LegacyVersion[] = [
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    since: '1.16',
    removedIn: '1.22',
  },
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1beta1',
    release: '1.28',
    kinds: ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
    since: '1.31',
    removedIn: '1.34',
  },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['CustomResourceDefinition'],
    since: '1.16',
    removedIn: '1.22',
  },
  {
    group: 'apiregistration.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['APIService'],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'apps',
    version: 'v1beta1',
    release: '1.15',
    kinds: ['ControllerRevision', 'Deployment', 'StatefulSet'],
    actions: [ROLLBACK],
    since: '1.8',
    removedIn: '1.16',
  },
  {
    group: 'apps',
    version: 'v1beta2',
    release: '1.15',
    kinds: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
    since: '1.9',
    removedIn: '1.16',
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['TokenReview'],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1beta1',
    release: '1.28',
    kinds: ['SelfSubjectReview'],
    since: '1.30',
    removedIn: '1.33',
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: [
      'LocalSubjectAccessReview',
      'SelfSubjectAccessReview',
      'SelfSubjectRulesReview',
      'SubjectAccessReview',
    ],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'autoscaling',
    version: 'v2beta1',
    release: '1.21',
    kinds: ['HorizontalPodAutoscaler'],
    since: '1.22',
    removedIn: '1.25',
  },
  {
    group: 'autoscaling',
    version: 'v2beta2',
    release: '1.21',
    kinds: ['HorizontalPodAutoscaler'],
    since: '1.23',
    removedIn: '1.26',
  },
  {
    group: 'batch',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['CronJob'],
    since: '1.21',
    removedIn: '1.25',
  },
  {
    group: 'certificates.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['CertificateSigningRequest'],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'coordination.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['Lease'],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'discovery.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['EndpointSlice'],
    since: '1.21',
    removedIn: '1.25',
  },
  {
    group: 'events.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['Event'],
    since: '1.22',
    removedIn: '1.25',
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    since: '1.23',
    removedIn: '1.26',
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1alpha1',
    release: '1.21',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    schemasOf: 'flowcontrol.apiserver.k8s.io/v1beta1',
    since: '1.20',
    removedIn: '1.24',
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1beta2',
    release: '1.28',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    schemasOf: 'flowcontrol.apiserver.k8s.io/v1beta1',
    since: '1.26',
    removedIn: '1.29',
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1beta3',
    release: '1.28',
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    since: '1.29',
    removedIn: '1.32',
  },
  {
    group: 'networking.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['Ingress', 'IngressClass'],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'node.k8s.io',
    version: 'v1alpha1',
    release: '1.21',
    kinds: ['RuntimeClass'],
    since: '1.20',
    removedIn: '1.22',
  },
  {
    group: 'node.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['RuntimeClass'],
    since: '1.22',
    removedIn: '1.25',
  },
  {
    group: 'policy',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['PodDisruptionBudget'],
    since: '1.21',
    removedIn: '1.25',
  },
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1alpha1',
    release: '1.21',
    kinds: ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    since: '1.17',
    removedIn: '1.22',
  },
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    since: '1.17',
    removedIn: '1.22',
  },
  {
    group: 'scheduling.k8s.io',
    version: 'v1alpha1',
    release: '1.21',
    kinds: ['PriorityClass'],
    since: '1.14',
    removedIn: '1.22',
  },
  {
    group: 'scheduling.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['PriorityClass'],
    since: '1.14',
    removedIn: '1.22',
  },
  {
    group: 'storage.k8s.io',
    version: 'v1alpha1',
    release: '1.21',
    kinds: ['CSIStorageCapacity', 'VolumeAttachment'],
    since: '1.21',
    removedIn: '1.24',
  },
  {
    group: 'storage.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['CSIDriver', 'StorageClass', 'VolumeAttachment'],
    since: '1.19',
    removedIn: '1.22',
  },
  {
    group: 'storage.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['CSINode'],
    since: '1.17',
    removedIn: '1.22',
  },
  {
    group: 'storage.k8s.io',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['CSIStorageCapacity'],
    since: '1.24',
    removedIn: '1.27',
  },
  {
    group: 'extensions',
    version: 'v1beta1',
    release: '1.15',
    kinds: ['DaemonSet', 'Deployment', 'ReplicaSet'],
    actions: [ROLLBACK],
    storedIn: 'apps',
    since: '1.8',
    removedIn: '1.16',
  },
  {
    group: 'extensions',
    version: 'v1beta1',
    release: '1.21',
    kinds: ['Ingress'],
    storedIn: 'networking.k8s.io',
    schemasOf: 'networking.k8s.io/v1beta1',
    since: '1.14',
    removedIn: '1.22',
  },
  {
    group: 'extensions',
    version: 'v1beta1',
    release: '1.15',
    kinds: ['NetworkPolicy'],
    storedIn: 'networking.k8s.io',
    since: '1.9',
    removedIn: '1.16',
  },
];
