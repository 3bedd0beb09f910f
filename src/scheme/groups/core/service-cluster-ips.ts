import { duplicate, type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type { ServiceSpec } from '../../generated/types/core-v1.ts';
import { ipFamilyOf, isDualStack, validateIp } from '../../ip.ts';
import { checkOneOf } from '../checks.ts';

/** A Service without an address of its own: its name resolves to its Pods. */
export const CLUSTER_IP_NONE = 'None';

export function isHeadless({ clusterIP, clusterIPs }: ServiceSpec): boolean {
  if (clusterIPs?.length) return clusterIPs.length === 1 && clusterIPs[0] === CLUSTER_IP_NONE;
  return clusterIP === CLUSTER_IP_NONE;
}

const IPS = 'spec.clusterIPs';
const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** Judges the addresses inside the cluster and their families, as far as they are set. */
export function validateClusterIps(spec: ServiceSpec, errors: FieldError[]): void {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  checkInStep(spec, clusterIPs, errors);
  ipFamilies.forEach((family, index) => {
    const field = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) errors.push(notSupported(field, family, FAMILIES));
    if (ipFamilies.indexOf(family) < index) errors.push(duplicate(field, family));
  });
  checkOneOf(spec.ipFamilyPolicy, FAMILY_POLICIES, 'spec.ipFamilyPolicy', errors);
  if (!validateAddresses(clusterIPs, errors)) return;
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) {
    const detail = 'may specify no more than one IP for each IP family';
    errors.push(invalid(IPS, clusterIPs, detail));
  }
  if (!isHeadless(spec)) checkFamilies(clusterIPs, ipFamilies, errors);
}

function checkInStep(
  { clusterIP }: ServiceSpec,
  clusterIPs: readonly string[],
  errors: FieldError[],
): void {
  if (!clusterIP) {
    if (clusterIPs.length === 0) return;
    errors.push(invalid(IPS, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  } else if (clusterIPs.length === 0) {
    errors.push(required(IPS));
  } else if (clusterIPs[0] !== clusterIP) {
    errors.push(invalid(IPS, clusterIPs, 'first value must match `clusterIP`'));
  }
}

/** Gives whether every address is one, so that more can be said of them. */
function validateAddresses(clusterIPs: readonly string[], errors: FieldError[]): boolean {
  const before = errors.length;
  clusterIPs.forEach((ip, index) => {
    if (index > 0 || ip !== CLUSTER_IP_NONE) validateIp(ip, `${IPS}[${index}]`, errors);
    else if (clusterIPs.length > 1) {
      errors.push(invalid(IPS, clusterIPs, "'None' must be the first and only value"));
    }
  });
  const sound = errors.length === before;
  if (clusterIPs.length > 2) errors.push(invalid(IPS, clusterIPs, 'may only hold up to 2 values'));
  return sound;
}

function checkFamilies(
  clusterIPs: readonly string[],
  families: readonly string[],
  errors: FieldError[],
): void {
  clusterIPs.forEach((ip, index) => {
    const family = families[index];
    if (!family || ipFamilyOf(ip) === family) return;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(invalid(`${IPS}[${index}]`, ip, detail));
  });
}
