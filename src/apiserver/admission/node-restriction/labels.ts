/** The labels of Kubernetes' own domains that a kubelet sets on its node. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
/** For administrators alone, by whose labels they keep workloads on nodes that they trust. */
const RESTRICTED_DOMAIN = 'node-restriction.kubernetes.io';
const OWN_DOMAINS = ['kubernetes.io', 'k8s.io'];

type Labels = Readonly<Record<string, string>>;

/** Of the labels that differ, those that a node may not change, in order. */
export function forbiddenLabels(next: Labels = {}, current: Labels = {}): string[] {
  const keys = new Set([...Object.keys(next), ...Object.keys(current)]);
  return [...keys].filter((key) => next[key] !== current[key] && isForbidden(key)).sort();
}

function isForbidden(key: string): boolean {
  const domain = key.includes('/') ? (key.split('/', 1)[0] as string) : '';
  if (isWithin(domain, [RESTRICTED_DOMAIN])) return true;
  if (!isWithin(domain, OWN_DOMAINS)) return false;
  return !KUBELET_LABELS.has(key) && !isWithin(domain, KUBELET_DOMAINS);
}

function isWithin(domain: string, domains: readonly string[]): boolean {
  return domains.some((each) => domain === each || domain.endsWith(`.${each}`));
}
