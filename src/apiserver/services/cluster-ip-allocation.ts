import { type FieldError, invalid } from '../../scheme/field-error.ts';
import type { ServiceSpec } from '../../scheme/generated/types/core-v1.ts';
import type { ServiceCIDR } from '../../scheme/generated/types/networking-v1.ts';
import { isHeadless } from '../../scheme/groups/core/service-cluster-ips.ts';
import { canonicalIp, type IpFamily } from '../../scheme/ip.ts';
import type { CidrBits } from '../../scheme/ip-bits.ts';
import { givesOut, isReadyToGive, rangesOf } from '../../scheme/service-cidrs.ts';
import type { CompanionState } from '../registry/companions.ts';
import { addressAt, placesOf } from './address-range.ts';
import type { HeldAddresses } from './held-addresses.ts';
import { type Families, settleFamilies } from './ip-families.ts';
import { chooseFree } from './number-range.ts';
import { IP_ADDRESSES, isReserved, SERVICE_CIDRS } from './reservations.ts';
import { usedUp } from './used-up.ts';

export interface ClusterIpAllocation {
  /** Families, policy and addresses are filled in. */
  readonly spec: ServiceSpec;
  readonly before: ServiceSpec | undefined;
  readonly held: HeldAddresses;
  /** Those that Services of the cluster may have. */
  readonly families: Families;
  readonly state: CompanionState;
}

/**
 * Gives a Service an address of each of its families, out of any ServiceCIDR that is ready.
 * @returns what is wrong with those that it wants. @throws {ApiError} InternalError when all ranges are used up
 */
export function fillClusterIps(allocation: ClusterIpAllocation): readonly FieldError[] {
  const { spec, before, families, state } = allocation;
  const errors = [...settleFamilies({ spec, before, families })];
  if (errors.length > 0 || isHeadless(spec)) return errors;
  const wanted = spec.clusterIPs ?? [];
  const clusterIPs = (spec.ipFamilies ?? []).map((family, index) => {
    const address = wanted[index];
    // A family that the cluster has no more of keeps the address that it gave.
    if (address && allocation.held.clusterIPs.has(canonicalIp(address))) return address;
    if (!families.includes(family)) return address ?? '';
    if (!address) return chooseAddress(family, state);
    errors.push(...checkAddress(address, allocation));
    return address;
  });
  spec.clusterIPs = clusterIPs;
  spec.clusterIP = clusterIPs[0];
  return errors;
}

function* readyRanges(state: CompanionState): Iterable<CidrBits> {
  for (const serviceCidr of state.cache(SERVICE_CIDRS).list().items as readonly ServiceCIDR[]) {
    if (isReadyToGive(serviceCidr)) yield* rangesOf(serviceCidr);
  }
}

/** Out of the first range that has one left. */
function chooseAddress(family: IpFamily, state: CompanionState): string {
  for (const range of readyRanges(state)) {
    if (range.family !== family) continue;
    const isTaken = (place: number): boolean =>
      isReserved(IP_ADDRESSES, addressAt(range, place), state);
    const place = chooseFree(placesOf(range), isTaken, state.random);
    if (place !== undefined) return addressAt(range, place);
  }
  throw usedUp('serviceIP', 'add a ServiceCIDR');
}

function checkAddress(address: string, { spec, state }: ClusterIpAllocation): FieldError[] {
  const refuse = (why: string): FieldError[] => [
    invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${address}: ${why}`),
  ];
  if (![...readyRanges(state)].some((range) => givesOut(range, address))) {
    return refuse('the provided network does not match the current range');
  }
  const isTaken = isReserved(IP_ADDRESSES, canonicalIp(address), state);
  return isTaken ? refuse('provided IP is already allocated') : [];
}
