const CLUSTER_DOMAIN = '.cluster.local';

/** What a name in the cluster's domain is about. */
export interface ClusterName {
  /** Of a Pod of a headless Service. */
  readonly hostname?: string;
  readonly service: string;
  readonly namespace: string;
}

/** Reads names as a Pod's search list completes them; undefined for what is not in the cluster's domain. */
export function parseClusterName(name: string, namespace: string): ClusterName | undefined {
  const trimmed = name.toLowerCase().replace(/\.$/, '');
  const isFull = trimmed.endsWith(CLUSTER_DOMAIN);
  const parts = (isFull ? trimmed.slice(0, -CLUSTER_DOMAIN.length) : trimmed).split('.');
  const isService = parts.at(-1) === 'svc';
  if (isService) parts.pop();
  if (parts.length === 0 || parts.length > 3 || (isFull && !isService)) return undefined;
  if (parts.length === 3) {
    const [hostname = '', service = '', other = ''] = parts;
    return { hostname, service, namespace: other };
  }
  const [service = '', other = namespace] = parts;
  return { service, namespace: other };
}

export function fullName({ hostname, namespace, service }: ClusterName): string {
  const prefix = hostname === undefined ? '' : `${hostname}.`;
  return `${prefix}${service}.${namespace}.svc${CLUSTER_DOMAIN}`;
}
