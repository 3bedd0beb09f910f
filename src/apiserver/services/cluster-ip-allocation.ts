import { type FieldError, invalid } from '../../scheme/field-error.ts';
import type { ServiceSpec } from '../../scheme/generated/types/core-v1.ts';
import { isHeadless } from '../../scheme/groups/core/service-cluster-ips.ts';
import { canonicalIp } from '../../scheme/ip.ts';
import type { CompanionState } from '../registry/companions.ts';
import {
  type AddressRange,
  type AddressRanges,
  addressAt,
  familiesOf,
  givesOut,
} from './address-range.ts';
import type { HeldAddresses } from './held-addresses.ts';
import { settleFamilies } from './ip-families.ts';
import { chooseFree } from './number-range.ts';
import { IP_ADDRESSES, isReserved } from './reservations.ts';
import { usedUp } from './used-up.ts';

export interface ClusterIpAllocation {
  /** Families, policy and addresses are filled in. */
  readonly spec: ServiceSpec;
  readonly before: ServiceSpec | undefined;
  readonly held: HeldAddresses;
  readonly ranges: AddressRanges;
  readonly state: CompanionState;
}

/**
 * Gives a Service an address of each of its families.
 * @returns what is wrong with those that it wants. @throws {ApiError} InternalError when a range is used up
 */
export function fillClusterIps(allocation: ClusterIpAllocation): readonly FieldError[] {
  const { spec, before, ranges } = allocation;
  const errors = [...settleFamilies({ spec, before, families: familiesOf(ranges) })];
  if (errors.length > 0 || isHeadless(spec)) return errors;
  const wanted = spec.clusterIPs ?? [];
  const clusterIPs = (spec.ipFamilies ?? []).map((family, index) => {
    const range = ranges.find((one) => one.family === family);
    const address = wanted[index];
    // A family that the cluster has no more of keeps the address that it gave.
    if (address && allocation.held.clusterIPs.has(canonicalIp(address))) return address;
    if (!range) return address ?? '';
    if (!address) return chooseAddress(range, allocation.state);
    errors.push(...checkAddress(address, range, allocation));
    return address;
  });
  spec.clusterIPs = clusterIPs;
  spec.clusterIP = clusterIPs[0];
  return errors;
}

function chooseAddress(range: AddressRange, state: CompanionState): string {
  const isTaken = (place: number): boolean =>
    isReserved(IP_ADDRESSES, addressAt(range, place), state);
  const place = chooseFree(range.places, isTaken, state.random);
  if (place === undefined) throw usedUp('cluster IP addresses', 'spec.clusterIP');
  return addressAt(range, place);
}

function checkAddress(
  address: string,
  range: AddressRange,
  { spec, state }: ClusterIpAllocation,
): FieldError[] {
  const refuse = (why: string): FieldError[] => [
    invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${address}: ${why}`),
  ];
  if (!givesOut(range, address)) {
    return refuse(
      `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range.cidr}`,
    );
  }
  const isTaken = isReserved(IP_ADDRESSES, canonicalIp(address), state);
  return isTaken ? refuse('provided IP is already allocated') : [];
}
