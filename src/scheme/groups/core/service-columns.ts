import type { Service, ServicePort } from '../../generated/types/core-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { formatLabels } from '../../labels.ts';
import { ageColumn, NONE, nameColumn, UNKNOWN } from '../columns.ts';

/** Longer lists of addresses are cut so that the table stays readable. */
const LOAD_BALANCER_CHARACTERS = 16;

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
      const balancer = shorten([...addresses].sort().join(','));
      return [balancer, ...ips].filter(Boolean).join(',') || '<pending>';
    }
    default:
      return UNKNOWN;
  }
}

function shorten(addresses: string): string {
  if (addresses.length <= LOAD_BALANCER_CHARACTERS) return addresses;
  return `${addresses.slice(0, LOAD_BALANCER_CHARACTERS - 3)}...`;
}

/** `80/TCP`, or `80:30080/TCP` with a node port. */
function formatPort({ port, nodePort, protocol }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

export const serviceColumns: readonly PrinterColumn<Service>[] = [
  nameColumn,
  { name: 'Type', cell: ({ spec }) => spec?.type ?? '' },
  { name: 'Cluster-IP', cell: ({ spec }) => spec?.clusterIPs?.[0] ?? (spec?.clusterIP || NONE) },
  { name: 'External-IP', cell: externalIp },
  { name: 'Port(s)', cell: ({ spec }) => spec?.ports?.map(formatPort).join(',') || NONE },
  ageColumn,
  { name: 'Selector', priority: 1, cell: ({ spec }) => formatLabels(spec?.selector) },
];
