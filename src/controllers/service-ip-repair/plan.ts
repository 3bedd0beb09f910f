/** Whether the addresses of Services and what is reserved agree. Pure. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type { IPAddress, ServiceCIDR } from '../../scheme/generated/types/networking-v1.ts';
import { canonicalIp, ipFamilyOf } from '../../scheme/ip.ts';
import {
  addressLabels,
  givesOut,
  isManagedAddress,
  rangesOf,
  serviceReference,
} from '../../scheme/service-cidrs.ts';
import type { AddressFinding, ServiceFinding } from './words.ts';

/** How long an address may be there without its Service: Kubernetes' number. */
const ORPHAN_GRACE_MS = 60_000;

/** The cluster IPs of the Service, as their reservations are named. */
export function clusterIpsOf({ spec }: Service): readonly string[] {
  if (spec?.type === 'ExternalName') return [];
  return (spec?.clusterIPs ?? []).filter((ip) => ipFamilyOf(ip) !== undefined).map(canonicalIp);
}

export interface ClusterIpInput {
  readonly service: Service;
  readonly clusterIp: string;
  readonly serviceCidrs: Iterable<ServiceCIDR>;
  /** The reservation of the address. */
  readonly address: IPAddress | undefined;
  /** The Service that the reservation refers to. */
  readonly holder: Service | undefined;
}

/** What is to be done for a cluster IP of a Service; undefined when nothing is. */
export interface ClusterIpRepair {
  /** What is to be told of it. */
  readonly finding: ServiceFinding | undefined;
  /** Whether its reservation is to be made, in the place of one that is there. */
  readonly reserve: boolean;
}

export function planClusterIp(input: ClusterIpInput): ClusterIpRepair | undefined {
  const { service, clusterIp, serviceCidrs, address, holder } = input;
  if (!isInRange(clusterIp, serviceCidrs)) return { finding: 'OutOfRange', reserve: false };
  if (!address) return { finding: 'NotAllocated', reserve: true };
  if (isReservedFor(address, service)) {
    return hasAllocatorLabels(address) ? undefined : { finding: undefined, reserve: true };
  }
  if (!holder) return { finding: 'WrongReference', reserve: true };
  const isShared = clusterIpsOf(holder).includes(clusterIp);
  return isShared ? { finding: 'AlreadyAllocated', reserve: false } : undefined;
}

function isInRange(ip: string, serviceCidrs: Iterable<ServiceCIDR>): boolean {
  return [...serviceCidrs].some((one) => rangesOf(one).some((range) => givesOut(range, ip)));
}

function isReservedFor({ spec }: IPAddress, service: Service): boolean {
  return deepEqual({ group: '', ...spec.parentRef }, serviceReference(service));
}

function hasAllocatorLabels({ metadata: { labels = {}, name = '' } }: IPAddress): boolean {
  return Object.entries(addressLabels(name)).every(([key, value]) => labels[key] === value);
}

/** The key of the Service that the reservation refers to; undefined when it refers to something else. */
export function holderKeyOf({ spec }: IPAddress): string | undefined {
  const { group, resource, namespace = '', name } = spec.parentRef;
  return !group && resource === 'services' ? `${namespace}/${name}` : undefined;
}

export type AddressPlan =
  | { readonly remove: AddressFinding }
  /** How long the Service may take yet. */
  | { readonly waitMs: number };

/** What becomes of a reservation; undefined when it stays. @param holder the Service that it refers to */
export function planAddress(
  address: IPAddress,
  holder: Service | undefined,
  nowMs: number,
): AddressPlan | undefined {
  if (!isManagedAddress(address)) return undefined;
  if (holderKeyOf(address) === undefined) return { remove: 'NoService' };
  if (holder) {
    const isHeld = clusterIpsOf(holder).includes(address.metadata.name ?? '');
    return isHeld ? undefined : { remove: 'NotOfService' };
  }
  const sinceMs = Date.parse(address.metadata.creationTimestamp ?? '');
  const waitMs = sinceMs + ORPHAN_GRACE_MS - nowMs;
  return waitMs > 0 ? { waitMs } : { remove: 'Leaked' };
}
