/** Addresses and ranges of them as numbers, to count with. */
import { cidrFamilyOf, type IpFamily } from './ip.ts';

/** @param text An address: `ipFamilyOf` tells whether it is one. */
export function parseIpBits(text: string): bigint {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** The canonical text: dotted decimals, or RFC 5952. */
export function formatIpBits(bits: bigint, family: IpFamily): string {
  return family === 'IPv4' ? formatIpv4(bits) : formatIpv6(bits);
}

/** A range of addresses: as many as its mask leaves free. */
export interface CidrBits {
  readonly family: IpFamily;
  readonly base: bigint;
  readonly size: bigint;
  /** How many bits its addresses have in common. */
  readonly mask: number;
}

const WIDTHS = { IPv4: 32, IPv6: 128 } as const;

/** @returns undefined when the text is no range */
export function parseCidrBits(cidr: string): CidrBits | undefined {
  const family = cidrFamilyOf(cidr);
  if (!family) return undefined;
  const [address = '', length = ''] = cidr.split('/');
  const mask = Number(length);
  const bits = parseIpBits(address);
  const size = 1n << BigInt(WIDTHS[family] - mask);
  return { family, base: bits - (bits % size), size, mask };
}

export function formatCidrBits({ base, family, mask }: Omit<CidrBits, 'size'>): string {
  return `${formatIpBits(base, family)}/${mask}`;
}

function parseIpv4(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function formatIpv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
}

function parseIpv6(text: string): bigint {
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const tail = dotted === undefined ? 0n : parseIpv4(dotted);
  const hex = `${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const plain = dotted === undefined ? text : text.replace(dotted, hex);
  const [head = '', rest] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = rest === undefined || rest === '' ? [] : rest.split(':');
  const gap = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...gap, ...after].reduce(
    (bits, part) => (bits << 16n) | BigInt(`0x${part}`),
    0n,
  );
}

function formatIpv6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.reduce((best, run) => (zeros(run) > zeros(best) ? run : best), '');
  if (longest === '') return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}

const zeros = (run: string): number => run.replaceAll(':', '').length;
