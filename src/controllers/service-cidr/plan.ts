/** Whether a ServiceCIDR may go. Pure. */
import type { IPAddress, ServiceCIDR } from '../../scheme/generated/types/networking-v1.ts';
import type { CidrBits } from '../../scheme/ip-bits.ts';
import { covers, givesOut, isManagedAddress, rangesOf } from '../../scheme/service-cidrs.ts';

export interface GoingInput {
  /** The one that is being deleted. */
  readonly serviceCidr: ServiceCIDR;
  /** All that there are, itself included. */
  readonly all: readonly ServiceCIDR[];
  readonly addresses: readonly IPAddress[];
}

/** Whether no Service loses its range with it: others have its ranges whole, or nobody has an address that is in no other. */
export function mayGo({ serviceCidr, all, addresses }: GoingInput): boolean {
  const ranges = rangesOf(serviceCidr);
  const others = all
    .filter(({ metadata }) => metadata.name !== serviceCidr.metadata.name)
    .flatMap(rangesOf);
  const alone = ranges.filter((range) => !others.some((other) => covers(other, range)));
  if (alone.length === 0) return true;
  return !addresses.some((address) => isIn(address, ranges) && !isIn(address, others));
}

function isIn(address: IPAddress, ranges: readonly CidrBits[]): boolean {
  const { name = '' } = address.metadata;
  return isManagedAddress(address) && ranges.some((range) => givesOut(range, name));
}

/** The names of the ServiceCIDRs that have the address. */
export function namesWith(address: IPAddress, all: Iterable<ServiceCIDR>): readonly string[] {
  return [...all]
    .filter((one) => isIn(address, rangesOf(one)))
    .map(({ metadata: { name = '' } }) => name);
}

/** The names of the ServiceCIDRs that have addresses in common with the one. */
export function namesOverlapping(one: ServiceCIDR, all: Iterable<ServiceCIDR>): readonly string[] {
  const ranges = rangesOf(one);
  return [...all]
    .filter((other) =>
      rangesOf(other).some((range) =>
        ranges.some((own) => covers(own, range) || covers(range, own)),
      ),
    )
    .map(({ metadata: { name = '' } }) => name);
}
