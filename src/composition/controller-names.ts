/**
 * The names that kube-controller-manager knows controllers by, so that its `--controllers` can be written as there: a name and
 * `-controller`, or the short name of older releases.
 */

const SUFFIX = '-controller';

/** Ours by kube-controller-manager's, where they differ by more than the suffix. */
const NAMES_ELSEWHERE: Readonly<Record<string, string>> = {
  'certificatesigningrequest-approving': 'certificate-approver',
  csrapproving: 'certificate-approver',
  'certificatesigningrequest-signing': 'certificate-signer',
  csrsigning: 'certificate-signer',
  'certificatesigningrequest-cleaner': 'certificate-cleaner',
  csrcleaner: 'certificate-cleaner',
  endpoint: 'endpoints',
  endpointslicemirroring: 'endpointslice-mirroring',
  garbagecollector: 'garbage-collector',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler',
  nodeipam: 'node-ipam',
  nodelifecycle: 'node-lifecycle',
  'persistentvolume-protection': 'pv-protection',
  'persistentvolumeclaim-protection': 'pvc-protection',
  'persistentvolume-attach-detach': 'attach-detach',
  attachdetach: 'attach-detach',
  podgc: 'pod-garbage-collector',
  'resource-claim': 'resourceclaim',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher',
  'legacy-service-account-token-cleaner': 'legacy-serviceaccount-token-cleaner',
};

/** Our name of the controller that kube-controller-manager, or we, call `name`. */
export function ownControllerName(name: string): string {
  const short = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
  return NAMES_ELSEWHERE[short] ?? short;
}

/** What kube-controller-manager has and there is nothing for here: clouds, tokens to join by, checks of machines. */
const ELSEWHERE_ONLY: ReadonlySet<string> = new Set([
  'bootstrap-signer',
  'bootstrapsigner',
  'cloud-node-lifecycle',
  'kube-apiserver-serving-clustertrustbundle-publisher',
  'node-route',
  'podcertificaterequest-cleaner',
  'route',
  'selinux-warning',
  'service',
  'service-lb',
  'storage-version-gc',
  'storageversion-garbage-collector',
  'token-cleaner',
  'tokencleaner',
]);

/** Whether only kube-controller-manager has a controller of that name: to be without it is what one is anyway. */
export function isElsewhereOnly(name: string): boolean {
  return ELSEWHERE_ONLY.has(ownControllerName(name));
}
