/** What is told of addresses that are not as they should be, in Kubernetes' words. Pure. */
import type { ActionNote } from '../../machinery/event-recorder.ts';
import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type { IPAddress } from '../../scheme/generated/types/networking-v1.ts';
import { ipFamilyOf } from '../../scheme/ip.ts';
import { keyOf } from '../../scheme/object.ts';

const OF_SERVICES = {
  OutOfRange: [
    'ClusterIPOutOfRange',
    (ip: string) =>
      `Cluster IP ${ip} is not within any configured Service CIDR; please recreate service`,
  ],
  NotAllocated: [
    'ClusterIPNotAllocated',
    (ip: string) => `Cluster IP ${ip} is not allocated; repairing`,
  ],
  WrongReference: [
    'ClusterIPNotAllocated',
    (ip: string, service: string) =>
      `the ClusterIP ${ip} for Service ${service} has a wrong reference; repairing`,
  ],
  AlreadyAllocated: [
    'ClusterIPAlreadyAllocated',
    (ip: string) => `Cluster IP ${ip} was assigned to multiple services; please recreate service`,
  ],
} as const;

const OF_ADDRESSES = {
  NoService: [
    'IPAddressNotAllocated',
    (ip: string, parent: string) =>
      `IPAddress ${ip} appears to have been modified, not referencing a Service ${parent}: cleaning up`,
  ],
  NotOfService: [
    'IPAddressWrongReference',
    (ip: string, parent: string) =>
      `IPAddress: ${ip} for Service ${parent} has a wrong reference; cleaning up`,
  ],
  Leaked: [
    'IPAddressNotAllocated',
    (ip: string, parent: string) =>
      `IPAddress: ${ip} for Service ${parent} appears to have leaked: cleaning up`,
  ],
} as const;

/** What is wrong with a cluster IP of a Service, or with a reservation. */
export type ServiceFinding = keyof typeof OF_SERVICES;
export type AddressFinding = keyof typeof OF_ADDRESSES;

export function serviceNote(
  finding: ServiceFinding,
  service: Service,
  clusterIp: string,
): ActionNote {
  const [reason, say] = OF_SERVICES[finding];
  const message = say(`[${ipFamilyOf(clusterIp)}]: ${clusterIp}`, keyOf(service));
  return { type: 'Warning', reason, action: 'ClusterIPAllocation', message };
}

export function addressNote(finding: AddressFinding, { metadata, spec }: IPAddress): ActionNote {
  const [reason, say] = OF_ADDRESSES[finding];
  const { group = '', resource, namespace = '', name } = spec.parentRef;
  const parent =
    finding === 'NoService'
      ? `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${name},}`
      : `${namespace}/${name}`;
  const message = say(metadata.name ?? '', parent);
  return { type: 'Warning', reason, action: 'IPAddressAllocation', message };
}
