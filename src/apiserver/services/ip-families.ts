/** Which families of addresses a Service has, and in which order. Pure. */
import { type FieldError, invalid } from '../../scheme/field-error.ts';
import type { ServiceSpec } from '../../scheme/generated/types/core-v1.ts';
import { CLUSTER_IP_NONE, isHeadless } from '../../scheme/groups/core/service-cluster-ips.ts';
import { type IpFamily, ipFamilyOf } from '../../scheme/ip.ts';

/** Those of a cluster; the first is that of Services that do not say. */
export type Families = readonly [IpFamily, ...IpFamily[]];

export interface FamiliesInput {
  /** Its families and their policy are filled in, and what a downgrade gives back is taken out. */
  readonly spec: ServiceSpec;
  /** The spec that it replaces. */
  readonly before: ServiceSpec | undefined;
  readonly families: Families;
}

const SINGLE = 'SingleStack';
const PREFER = 'PreferDualStack';
const REQUIRE = 'RequireDualStack';

const OTHER: Readonly<Record<IpFamily, IpFamily>> = { IPv4: 'IPv6', IPv6: 'IPv4' };

/**
 * Settles the families of a Service of any type but ExternalName.
 * @returns what is wrong with its wishes; the spec is then of no use
 */
export function settleFamilies(input: FamiliesInput): readonly FieldError[] {
  const { spec, before, families } = input;
  // A change of the cluster alone makes no Service gain or lose an address: only its user does.
  if (before && staysPreferring(spec, before)) return [];
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? defaultPolicy(spec);
  const errors = before ? checkReduction(spec, before) : [];
  errors.push(...checkSingle(spec), ...inferFamilies(spec, families));
  if (errors.length > 0) return errors;
  if (isHeadless(spec) && !hasSelector(spec)) {
    addFamilies(spec, families[0], true);
    return [];
  }
  const missing = checkConfigured(spec, families);
  if (missing.length === 0) addFamilies(spec, families[0], families.length === 2);
  return missing;
}

function staysPreferring(spec: ServiceSpec, before: ServiceSpec): boolean {
  return (
    spec.type === before.type &&
    spec.ipFamilyPolicy === PREFER &&
    before.ipFamilyPolicy === PREFER &&
    isSame(spec.clusterIPs, before.clusterIPs) &&
    isSame(spec.ipFamilies, before.ipFamilies)
  );
}

/** Whoever fills the endpoints of a headless Service without a selector may give addresses of any family. */
function defaultPolicy(spec: ServiceSpec): NonNullable<ServiceSpec['ipFamilyPolicy']> {
  return isHeadless(spec) && !hasSelector(spec) ? REQUIRE : SINGLE;
}

/** Asking for one family gives the second one back; nothing else does. */
function checkReduction(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy === SINGLE) {
    if (isSame(spec.clusterIPs, before.clusterIPs)) spec.clusterIPs = spec.clusterIPs?.slice(0, 1);
    if (isSame(spec.ipFamilies, before.ipFamilies)) spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
    return [];
  }
  const refuse = (what: string): FieldError =>
    invalid(
      'spec.ipFamilyPolicy',
      spec.ipFamilyPolicy,
      `must be 'SingleStack' to release the secondary ${what}`,
    );
  return [
    ...(isReduced(spec.clusterIPs, before.clusterIPs) ? [refuse('cluster IP')] : []),
    ...(isReduced(spec.ipFamilies, before.ipFamilies) ? [refuse('IP family')] : []),
  ];
}

function checkSingle({ ipFamilyPolicy, clusterIPs, ipFamilies }: ServiceSpec): FieldError[] {
  if (ipFamilyPolicy !== SINGLE) return [];
  const refuse = (what: string): FieldError =>
    invalid(
      'spec.ipFamilyPolicy',
      ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...(clusterIPs?.length === 2 ? [refuse('cluster IPs')] : []),
    ...(ipFamilies?.length === 2 ? [refuse('IP families')] : []),
  ];
}

/** Addresses say what families they are of. */
function inferFamilies(spec: ServiceSpec, families: readonly IpFamily[]): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const errors: FieldError[] = [];
  const inferred = [...ipFamilies];
  for (const [index, address] of clusterIPs.entries()) {
    const family = address === CLUSTER_IP_NONE ? undefined : ipFamilyOf(address);
    if (!family || index < ipFamilies.length) continue;
    if (families.includes(family)) inferred.push(family);
    else {
      const detail = `${family} is not configured on this cluster`;
      errors.push(invalid(`spec.clusterIPs[${index}]`, clusterIPs, detail));
    }
  }
  spec.ipFamilies = inferred;
  return errors;
}

function checkConfigured(
  { ipFamilies = [], ipFamilyPolicy }: ServiceSpec,
  families: readonly IpFamily[],
): FieldError[] {
  const errors: FieldError[] = [];
  if (ipFamilyPolicy === REQUIRE && families.length < 2) {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', ipFamilyPolicy, detail));
  }
  ipFamilies.forEach((family, index) => {
    if (families.includes(family)) return;
    errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  });
  return errors;
}

function addFamilies(spec: ServiceSpec, first: IpFamily, maySecond: boolean): void {
  const ipFamilies = spec.ipFamilies?.length ? [...spec.ipFamilies] : [first];
  const [primary = first] = ipFamilies;
  if (maySecond && spec.ipFamilyPolicy !== SINGLE && ipFamilies.length === 1) {
    ipFamilies.push(OTHER[primary]);
  }
  spec.ipFamilies = ipFamilies;
}

function hasSelector({ selector = {} }: ServiceSpec): boolean {
  return Object.keys(selector).length > 0;
}

function isSame(after: readonly string[] = [], before: readonly string[] = []): boolean {
  return after.length === before.length && after.every((one, index) => one === before[index]);
}

/** Two became one, and the one is the first of the two. */
function isReduced(after: readonly string[] = [], before: readonly string[] = []): boolean {
  return before.length === 2 && after.length === 1 && after[0] === before[0];
}
