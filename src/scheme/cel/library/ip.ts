import { isIP } from 'node:net';
import { formatIpBits, parseIpBits } from '../../ip-bits.ts';
import { CelEvaluationError } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { CelOpaque } from '../values.ts';

/** An address: its bits and how many there are. */
export class IpValue extends CelOpaque {
  readonly typeName = 'net.IP';
  readonly bits: bigint;
  readonly width: 32 | 128;

  constructor(bits: bigint, width: 32 | 128) {
    super();
    this.bits = bits;
    this.width = width;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof IpValue && other.width === this.width && other.bits === this.bits;
  }

  /** The canonical text: dotted decimals, or RFC 5952. */
  override toString(): string {
    return formatIpBits(this.bits, this.width === 32 ? 'IPv4' : 'IPv6');
  }
}

export class CidrValue extends CelOpaque {
  readonly typeName = 'net.CIDR';
  readonly ip: IpValue;
  readonly prefixLength: number;

  constructor(ip: IpValue, prefixLength: number) {
    super();
    this.ip = ip;
    this.prefixLength = prefixLength;
  }

  equals(other: CelOpaque): boolean {
    return (
      other instanceof CidrValue &&
      other.prefixLength === this.prefixLength &&
      other.ip.equals(this.ip)
    );
  }

  override toString(): string {
    return `${this.ip}/${this.prefixLength}`;
  }

  /** The range's first address: the prefix with all else zero. */
  masked(): IpValue {
    return new IpValue(prefixOf(this.ip, this.prefixLength) << this.#hostBits(), this.ip.width);
  }

  containsIp(ip: IpValue): boolean {
    if (ip.width !== this.ip.width) return false;
    return prefixOf(ip, this.prefixLength) === prefixOf(this.ip, this.prefixLength);
  }

  containsCidr(other: CidrValue): boolean {
    return other.prefixLength >= this.prefixLength && this.containsIp(other.ip);
  }

  #hostBits(): bigint {
    return BigInt(this.ip.width - this.prefixLength);
  }
}

function prefixOf({ bits, width }: IpValue, length: number): bigint {
  return bits >> BigInt(width - length);
}

/** @throws {CelEvaluationError} for what Kubernetes takes for no address: zones, and IPv4 mapped into IPv6. */
export function parseIp(text: string): IpValue {
  const version = isIP(text);
  if (version === 0) {
    throw new CelEvaluationError(`IP Address '${text}' parse error during conversion from string`);
  }
  if (text.includes('%')) {
    throw new CelEvaluationError(`IP address '${text}' with zone value is not allowed`);
  }
  const bits = parseIpBits(text);
  if (version === 4) return new IpValue(bits, 32);
  if (bits >> 32n === 0xffffn) {
    throw new CelEvaluationError(`IPv4-mapped IPv6 address '${text}' is not allowed`);
  }
  return new IpValue(bits, 128);
}

/** @throws {CelEvaluationError} */
export function parseCidr(text: string): CidrValue {
  const [address = '', length = ''] = text.split('/', 2);
  const failure = `network address parse error during conversion from string: ${text}`;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || isIP(address) === 0 || address.includes('%')) {
    throw new CelEvaluationError(failure);
  }
  const ip = parseIp(address);
  if (Number(length) > ip.width || text.split('/').length !== 2) {
    throw new CelEvaluationError(failure);
  }
  return new CidrValue(ip, Number(length));
}

/** Whether `parse` takes the text. */
export function parses(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof CelEvaluationError) return false;
    throw error;
  }
}

/** Whether the address is in the range. */
const isIn = (ip: IpValue, range: CidrValue): boolean => range.containsIp(ip);

const RANGES = {
  loopback: [parseCidr('127.0.0.0/8'), parseCidr('::1/128')],
  linkLocalUnicast: [parseCidr('169.254.0.0/16'), parseCidr('fe80::/10')],
  linkLocalMulticast: [parseCidr('224.0.0.0/24'), parseCidr('ff02::/16')],
  multicast: [parseCidr('224.0.0.0/4'), parseCidr('ff00::/8')],
  broadcast: [parseCidr('255.255.255.255/32')],
} as const;

function inAny(ip: IpValue, name: keyof typeof RANGES): boolean {
  return RANGES[name].some((range) => isIn(ip, range));
}

function isGlobalUnicast(ip: IpValue): boolean {
  const special = ['loopback', 'linkLocalUnicast', 'multicast', 'broadcast'] as const;
  return ip.bits !== 0n && !special.some((name) => inAny(ip, name));
}

export const IP: readonly Overload[] = [
  define('isIP(string): bool', (call) => parses(parseIp, call.parsed(0))),
  define('ip(string): net.IP', (call) => parseIp(call.parsed(0))),
  define('ip.isCanonical(string): bool', (call) => {
    const text = call.parsed(0);
    return parseIp(text).toString() === text;
  }),
  define('string(net.IP): string', (call) => String(call.instance(0, IpValue))),
  define('net.IP::family(): int', (call) => (call.instance(0, IpValue).width === 32 ? 4n : 6n)),
  define('net.IP::isUnspecified(): bool', (call) => call.instance(0, IpValue).bits === 0n),
  define('net.IP::isLoopback(): bool', (call) => inAny(call.instance(0, IpValue), 'loopback')),
  define('net.IP::isLinkLocalMulticast(): bool', (call) =>
    inAny(call.instance(0, IpValue), 'linkLocalMulticast'),
  ),
  define('net.IP::isLinkLocalUnicast(): bool', (call) =>
    inAny(call.instance(0, IpValue), 'linkLocalUnicast'),
  ),
  define('net.IP::isGlobalUnicast(): bool', (call) => isGlobalUnicast(call.instance(0, IpValue))),
];

export const CIDR: readonly Overload[] = [
  define('isCIDR(string): bool', (call) => parses(parseCidr, call.parsed(0))),
  define('cidr(string): net.CIDR', (call) => parseCidr(call.parsed(0))),
  define('string(net.CIDR): string', (call) => String(call.instance(0, CidrValue))),
  define('net.CIDR::containsIP(net.IP): bool', (call) =>
    call.instance(0, CidrValue).containsIp(call.instance(1, IpValue)),
  ),
  define('net.CIDR::containsIP(string): bool', (call) =>
    call.instance(0, CidrValue).containsIp(parseIp(call.parsed(1))),
  ),
  define('net.CIDR::containsCIDR(net.CIDR): bool', (call) =>
    call.instance(0, CidrValue).containsCidr(call.instance(1, CidrValue)),
  ),
  define('net.CIDR::containsCIDR(string): bool', (call) =>
    call.instance(0, CidrValue).containsCidr(parseCidr(call.parsed(1))),
  ),
  define('net.CIDR::ip(): net.IP', (call) => call.instance(0, CidrValue).ip),
  define('net.CIDR::masked(): net.CIDR', (call) => {
    const cidr = call.instance(0, CidrValue);
    return new CidrValue(cidr.masked(), cidr.prefixLength);
  }),
  define('net.CIDR::prefixLength(): int', (call) =>
    BigInt(call.instance(0, CidrValue).prefixLength),
  ),
];
