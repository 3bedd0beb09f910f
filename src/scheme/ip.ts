// Of node:net only the pure text functions are used.
import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';
import { type FieldError, invalid } from './field-error.ts';

export type IpFamily = 'IPv4' | 'IPv6';

/** The family of an address, or undefined when the text is no address. */
export function ipFamilyOf(text: string): IpFamily | undefined {
  const version = isIP(text);
  // Zones (fe80::1%eth0) mean nothing beyond one machine.
  if (version === 0 || text.includes('%')) return undefined;
  return version === 6 ? 'IPv6' : 'IPv4';
}

export function validateIp(text: string, path: string, errors: FieldError[]): void {
  if (ipFamilyOf(text)) return;
  const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  errors.push(invalid(path, text, detail));
}

/** The family of a range such as 10.0.0.0/8, or undefined when the text is none. */
export function cidrFamilyOf(text: string): IpFamily | undefined {
  const slash = text.indexOf('/');
  const family = slash < 0 ? undefined : ipFamilyOf(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (!family || !/^(0|[1-9]\d{0,2})$/.test(bits)) return undefined;
  return Number(bits) <= (family === 'IPv6' ? 128 : 32) ? family : undefined;
}

export function validateCidr(text: string, path: string, errors: FieldError[]): void {
  if (cidrFamilyOf(text)) return;
  const detail = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  errors.push(invalid(path, text, detail));
}

/** Two addresses, one of each family. */
export function isDualStack(addresses: readonly string[]): boolean {
  return new Set(addresses.map((address) => isIPv6(address))).size === 2;
}

/** Judges an address that other machines are to reach: not unspecified, loopback or link-local. */
export function validateNonSpecialIp(text: string, path: string, errors: FieldError[]): void {
  const family = ipFamilyOf(text);
  if (!family) {
    errors.push(invalid(path, text, 'must be a valid IP address'));
    return;
  }
  const problem = family === 'IPv4' ? specialIpv4(text) : specialIpv6(text.toLowerCase());
  if (problem) errors.push(invalid(path, text, problem));
}

const UNSPECIFIED = (text: string): string => `may not be unspecified (${text})`;
const LOOPBACK = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
const LINK_LOCAL = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
const LINK_LOCAL_MULTICAST =
  'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';

function specialIpv4(text: string): string | undefined {
  if (text === '0.0.0.0') return UNSPECIFIED(text);
  if (text.startsWith('127.')) return LOOPBACK;
  if (text.startsWith('169.254.')) return LINK_LOCAL;
  return text.startsWith('224.0.0.') ? LINK_LOCAL_MULTICAST : undefined;
}

function specialIpv6(text: string): string | undefined {
  if (/^[0:]+$/.test(text)) return UNSPECIFIED(text);
  if (/^[0:]+:0*1$/.test(text)) return LOOPBACK;
  if (/^fe[89ab][0-9a-f]:/.test(text)) return LINK_LOCAL;
  return /^ff[0-9a-f]2:/.test(text) ? LINK_LOCAL_MULTICAST : undefined;
}

const familyOf = (text: string): 'ipv4' | 'ipv6' => (isIPv6(text) ? 'ipv6' : 'ipv4');

function splitCidr(cidr: string): { readonly address: string; readonly bits: number } {
  const slash = cidr.indexOf('/');
  return { address: cidr.slice(0, slash), bits: Number(cidr.slice(slash + 1)) };
}

/** Whether the range `inner` lies within the range `outer` and is smaller. Both are ranges. */
export function isStrictSubnet(inner: string, outer: string): boolean {
  const small = splitCidr(inner);
  const large = splitCidr(outer);
  if (small.bits <= large.bits || isIPv6(small.address) !== isIPv6(large.address)) return false;
  return isInRange(small.address, outer);
}

/** Whether the address lies within the range. */
export function isInRange(ip: string, cidr: string): boolean {
  const { address, bits } = splitCidr(cidr);
  const range = new BlockList();
  range.addSubnet(address, bits, familyOf(address));
  return range.check(ip, familyOf(ip));
}

/** The one way of writing an address that Kubernetes takes where it compares addresses by their text. */
export function canonicalIp(text: string): string {
  return new SocketAddress({ address: text, family: familyOf(text) }).address;
}
