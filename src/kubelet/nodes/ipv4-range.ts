import { invariant } from '../../lib/errors.ts';

/** IPv4 addresses as numbers, in one block whose size is a power of two. */
export interface Ipv4Range {
  readonly first: number;
  readonly size: number;
}

export function parseIpv4(text: string): number {
  let address = 0;
  for (const part of text.split('.')) address = address * 256 + Number(part);
  return address;
}

export function formatIpv4(address: number): string {
  const part = (shift: number): number => Math.floor(address / 2 ** shift) % 256;
  return `${part(24)}.${part(16)}.${part(8)}.${part(0)}`;
}

/** @param cidr Such as `10.128.0.0/9`; undefined when it is no IPv4 range. */
export function parseIpv4Range(cidr: string): Ipv4Range | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const size = 2 ** (32 - Number(match[2]));
  const address = parseIpv4(match[1] as string);
  return { first: address - (address % size), size };
}

export function formatIpv4Range({ first, size }: Ipv4Range): string {
  return `${formatIpv4(first)}/${32 - Math.log2(size)}`;
}

/** Hands out blocks of a range that do not overlap with each other or with those that are taken. */
export class Ipv4Allocator {
  readonly #range: Ipv4Range;
  readonly #unit: number;
  readonly #taken = new Set<number>();
  #cursor = 0;

  /** @param unit The size of the smallest block; a power of two. */
  constructor(range: Ipv4Range, unit: number) {
    this.#range = range;
    this.#unit = unit;
  }

  take({ first, size }: Ipv4Range): void {
    const start = Math.floor((first - this.#range.first) / this.#unit);
    for (let index = 0; index < Math.ceil(size / this.#unit); index++) {
      this.#taken.add(start + index);
    }
  }

  /** The first free block of `size` addresses, aligned to its size; undefined when there is none. Now taken. */
  allocate(size: number): Ipv4Range | undefined {
    invariant(Number.isInteger(Math.log2(size)), `a block of ${size} addresses has no mask`);
    const units = Math.max(1, size / this.#unit);
    const total = this.#range.size / this.#unit;
    const start = Math.ceil(this.#cursor / units) * units;
    for (let index = start; index + units <= total; index += units) {
      if (!this.#isFree(index, units)) continue;
      // Only blocks of the smallest size leave nothing free behind them.
      if (units === 1) this.#cursor = index + 1;
      const block = { first: this.#range.first + index * this.#unit, size: units * this.#unit };
      this.take(block);
      return block;
    }
    return undefined;
  }

  #isFree(index: number, units: number): boolean {
    for (let unit = index; unit < index + units; unit++) if (this.#taken.has(unit)) return false;
    return true;
  }
}
