import type { Service, ServicePort } from '../../generated/types/core-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { formatLabels } from '../../labels.ts';
import { ageColumn, NONE, nameColumn, UNKNOWN } from '../columns.ts';

function externalIp({ spec, status }: Service): string {
  const ips = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return ips.join(',') || NONE;
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const ingress = status?.loadBalancer?.ingress ?? [];
      const addresses = new Set(ingress.map(({ ip, hostname }) => ip || hostname || ''));
      const balancer = [...addresses].sort().join(',');
      return [balancer, ...ips].filter(Boolean).join(',') || '<pending>';
    }
    default:
      return UNKNOWN;
  }
}

/** `80/TCP`, or `80:30080/TCP` with a node port. */
function formatPort({ port, nodePort, protocol }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

export const serviceColumns: readonly PrinterColumn<Service>[] = [
  nameColumn,
  { name: 'Type', description: 'How it is reached.', cell: ({ spec }) => spec?.type ?? '' },
  {
    name: 'Cluster-IP',
    description: 'Its address inside the cluster.',
    cell: ({ spec }) => spec?.clusterIPs?.[0] ?? (spec?.clusterIP || NONE),
  },
  { name: 'External-IP', description: 'Its addresses outside the cluster.', cell: externalIp },
  {
    name: 'Port(s)',
    description: 'The ports that it listens on.',
    cell: ({ spec }) => spec?.ports?.map(formatPort).join(',') || NONE,
  },
  ageColumn,
  {
    name: 'Selector',
    description: 'The labels that tell its Pods.',
    priority: 1,
    cell: ({ spec }) => formatLabels(spec?.selector),
  },
];
