/**
 * Facts about Kubernetes 1.36 that its published models leave out: what discovery adds to the paths, and the life cycle
 * of versions. Kept by hand; the tests of `src/scheme/generated` check that every name here exists.
 */

/** Short names by `resource` or `resource.group`. */
export const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  certificatesigningrequests: ['csr'],
  componentstatuses: ['cs'],
  configmaps: ['cm'],
  cronjobs: ['cj'],
  customresourcedefinitions: ['crd', 'crds'],
  daemonsets: ['ds'],
  deployments: ['deploy'],
  endpoints: ['ep'],
  events: ['ev'],
  horizontalpodautoscalers: ['hpa'],
  ingresses: ['ing'],
  ipaddresses: ['ip'],
  limitranges: ['limits'],
  namespaces: ['ns'],
  networkpolicies: ['netpol'],
  nodes: ['no'],
  persistentvolumeclaims: ['pvc'],
  persistentvolumes: ['pv'],
  poddisruptionbudgets: ['pdb'],
  pods: ['po'],
  priorityclasses: ['pc'],
  replicasets: ['rs'],
  replicationcontrollers: ['rc'],
  resourcequotas: ['quota'],
  serviceaccounts: ['sa'],
  services: ['svc'],
  statefulsets: ['sts'],
  storageclasses: ['sc'],
  volumeattributesclasses: ['vac'],
};

const ALL = ['all'];
const API_EXTENSIONS = ['api-extensions'];

/** Categories by resource: words that stand for several resources, as in `kubectl get all`. */
export const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  apiservices: API_EXTENSIONS,
  cronjobs: ALL,
  customresourcedefinitions: API_EXTENSIONS,
  daemonsets: ALL,
  deployments: ALL,
  horizontalpodautoscalers: ALL,
  jobs: ALL,
  mutatingadmissionpolicies: API_EXTENSIONS,
  mutatingadmissionpolicybindings: API_EXTENSIONS,
  mutatingwebhookconfigurations: API_EXTENSIONS,
  pods: ALL,
  replicasets: ALL,
  replicationcontrollers: ALL,
  services: ALL,
  statefulsets: ALL,
  validatingadmissionpolicies: API_EXTENSIONS,
  validatingadmissionpolicybindings: API_EXTENSIONS,
  validatingwebhookconfigurations: API_EXTENSIONS,
};

/** Resources that the API refuses to watch although it lists them. */
export const UNWATCHABLE = new Set(['componentstatuses']);

/** Resources that share the storage of another group's: both doors show the same objects. */
export const STORED_AS: Readonly<
  Record<string, { readonly group: string; readonly version: string; readonly resource: string }>
> = {
  'events.events.k8s.io': { group: '', version: 'v1', resource: 'events' },
};

export interface Lifecycle {
  /** The release that deprecates the version, as `1.34`. */
  readonly since: string;
  /** The release that stops serving it; undefined when none is planned. */
  readonly removedIn?: string;
  /** What to use instead, as `group/version Kind`. */
  readonly use?: string;
}

/** Kubernetes deprecates a pre-release version three releases after its introduction and drops it three later. */
function introducedIn(minor: number, use?: string): Lifecycle {
  return { since: `1.${minor + 3}`, removedIn: `1.${minor + 6}`, ...(use ? { use } : {}) };
}

/** Versions that Kubernetes 1.36 calls deprecated, by `group/version/Kind`. */
export const DEPRECATIONS: Readonly<Record<string, Lifecycle>> = {
  '/v1/ComponentStatus': { since: '1.19' },
  '/v1/Endpoints': { since: '1.33', use: 'discovery.k8s.io/v1 EndpointSlice' },
  'admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicy': introducedIn(
    32,
    'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy',
  ),
  'admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicyBinding': introducedIn(
    32,
    'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding',
  ),
  // Its alpha had its deprecation set by hand, later than the rule would have it.
  'certificates.k8s.io/v1alpha1/ClusterTrustBundle': introducedIn(
    31,
    'certificates.k8s.io/v1beta1 ClusterTrustBundle',
  ),
  'certificates.k8s.io/v1beta1/ClusterTrustBundle': introducedIn(33),
  'coordination.k8s.io/v1alpha2/LeaseCandidate': introducedIn(
    32,
    'coordination.k8s.io/v1beta1 LeaseCandidate',
  ),
  'coordination.k8s.io/v1beta1/LeaseCandidate': introducedIn(33),
  'networking.k8s.io/v1beta1/IPAddress': introducedIn(31, 'networking.k8s.io/v1 IPAddress'),
  'networking.k8s.io/v1beta1/ServiceCIDR': introducedIn(31, 'networking.k8s.io/v1 ServiceCIDR'),
  'resource.k8s.io/v1alpha3/DeviceTaintRule': introducedIn(
    33,
    'resource.k8s.io/v1beta2 DeviceTaintRule',
  ),
  'resource.k8s.io/v1beta1/DeviceClass': introducedIn(32, 'resource.k8s.io/v1 DeviceClass'),
  'resource.k8s.io/v1beta1/ResourceClaim': introducedIn(32, 'resource.k8s.io/v1 ResourceClaim'),
  'resource.k8s.io/v1beta1/ResourceClaimTemplate': introducedIn(
    32,
    'resource.k8s.io/v1 ResourceClaimTemplate',
  ),
  'resource.k8s.io/v1beta1/ResourceSlice': introducedIn(32, 'resource.k8s.io/v1 ResourceSlice'),
  'resource.k8s.io/v1beta2/DeviceClass': introducedIn(33, 'resource.k8s.io/v1 DeviceClass'),
  'resource.k8s.io/v1beta2/ResourceClaim': introducedIn(33, 'resource.k8s.io/v1 ResourceClaim'),
  'resource.k8s.io/v1beta2/ResourceClaimTemplate': introducedIn(
    33,
    'resource.k8s.io/v1 ResourceClaimTemplate',
  ),
  'resource.k8s.io/v1beta2/ResourceSlice': introducedIn(33, 'resource.k8s.io/v1 ResourceSlice'),
  'storage.k8s.io/v1beta1/VolumeAttributesClass': introducedIn(
    31,
    'storage.k8s.io/v1 VolumeAttributesClass',
  ),
};

/** Kinds of the options that `connect` subresources take. */
export const CONNECT_KINDS: Readonly<Record<string, string>> = {
  'nodes/proxy': 'NodeProxyOptions',
  'pods/attach': 'PodAttachOptions',
  'pods/exec': 'PodExecOptions',
  'pods/portforward': 'PodPortForwardOptions',
  'pods/proxy': 'PodProxyOptions',
  'services/proxy': 'ServiceProxyOptions',
};
