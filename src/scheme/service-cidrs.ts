/** The ranges of ServiceCIDRs, as those see them who give out addresses and who look after what was given. All pure. */
import { findCondition } from './conditions.ts';
import type { IPAddress, ParentReference, ServiceCIDR } from './generated/types/networking-v1.ts';
import { ipFamilyOf } from './ip.ts';
import { type CidrBits, parseCidrBits, parseIpBits } from './ip-bits.ts';
import type { ApiObject } from './object.ts';

export const CONDITION_READY = 'Ready';

const LABEL_IP_FAMILY = 'ipaddress.kubernetes.io/ip-family';
const LABEL_MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const MANAGED_BY_ALLOCATOR = 'ipallocator.k8s.io';

const rangesByObject = new WeakMap<ServiceCIDR, readonly CidrBits[]>();

/** Its ranges; what is no range is left out. Read once an object. */
export function rangesOf(serviceCidr: ServiceCIDR): readonly CidrBits[] {
  const known = rangesByObject.get(serviceCidr);
  if (known) return known;
  const ranges = (serviceCidr.spec?.cidrs ?? []).flatMap((cidr) => parseCidrBits(cidr) ?? []);
  rangesByObject.set(serviceCidr, ranges);
  return ranges;
}

/** Whether addresses may be taken from it. One that nobody has judged is taken to be ready. */
export function isReadyToGive({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp) return false;
  const ready = findCondition(status?.conditions, CONDITION_READY);
  return ready === undefined || ready.status === 'True';
}

/** Whether a Service may have the address out of the range: not the network's own, and of IPv4 not that of broadcast. */
export function givesOut(
  { base, family, size }: Pick<CidrBits, 'base' | 'family' | 'size'>,
  address: string,
): boolean {
  if (ipFamilyOf(address) !== family) return false;
  const place = parseIpBits(address) - base;
  return place >= 1n && place < (family === 'IPv4' ? size - 1n : size);
}

/** Whether the one range has every address of the other. */
export function covers(outer: CidrBits, inner: CidrBits): boolean {
  return (
    outer.family === inner.family &&
    outer.base <= inner.base &&
    outer.base + outer.size >= inner.base + inner.size
  );
}

/** Whether the address was reserved for a Service by the API server, as its labels tell; others are their makers'. */
export function isManagedAddress({ metadata }: IPAddress): boolean {
  return metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY_ALLOCATOR;
}

/** The labels of an address that the API server reserves. */
export function addressLabels(address: string): Record<string, string> {
  return {
    [LABEL_IP_FAMILY]: ipFamilyOf(address) ?? '',
    [LABEL_MANAGED_BY]: MANAGED_BY_ALLOCATOR,
  };
}

/** Whom an address of a Service refers to. */
export function serviceReference({ metadata }: ApiObject): ParentReference {
  return {
    group: '',
    resource: 'services',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
  };
}
