/** Tables of networking.k8s.io. */
import type { Ingress, IngressClass, NetworkPolicy } from '../../generated/types/networking-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { formatLabelSelector } from '../../label-selector.ts';
import { ageColumn, firstThree, NONE, nameColumn } from '../columns.ts';

function ingressHosts({ spec }: Ingress): string {
  const hosts = (spec?.rules ?? []).map(({ host }) => host).filter((host) => host !== undefined);
  return firstThree(hosts, '*');
}

export const ingressColumns: readonly PrinterColumn<Ingress>[] = [
  nameColumn,
  { name: 'Class', cell: ({ spec }) => spec?.ingressClassName ?? NONE },
  { name: 'Hosts', cell: ingressHosts },
  {
    name: 'Address',
    cell: ({ status }) => {
      const ingress = status?.loadBalancer?.ingress ?? [];
      return ingress.map(({ ip, hostname }) => ip || hostname || '').join(',');
    },
  },
  { name: 'Ports', cell: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80') },
  ageColumn,
];

export const ingressClassColumns: readonly PrinterColumn<IngressClass>[] = [
  nameColumn,
  { name: 'Controller', cell: ({ spec }) => spec?.controller ?? '' },
  {
    name: 'Parameters',
    cell: ({ spec }) => {
      const { apiGroup, kind, name } = spec?.parameters ?? {};
      if (!kind) return NONE;
      return apiGroup ? `${kind}.${apiGroup}/${name}` : `${kind}/${name}`;
    },
  },
  ageColumn,
];

export const networkPolicyColumns: readonly PrinterColumn<NetworkPolicy>[] = [
  nameColumn,
  { name: 'Pod-Selector', cell: ({ spec }) => formatLabelSelector(spec?.podSelector) },
  ageColumn,
];
