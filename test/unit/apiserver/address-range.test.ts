import { describe, expect, test } from '@jest/globals';
import {
  addressAt,
  parseAddressRange,
  parseAddressRanges,
} from '../../../src/apiserver/services/address-range.ts';
import { chooseFree } from '../../../src/apiserver/services/number-range.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { givesOut } from '../../../src/scheme/service-cidrs.ts';

describe('a range of addresses', () => {
  test.each([
    ['10.96.0.0/12', '10.96.0.1', '10.111.255.254'],
    ['10.96.7.7/24', '10.96.7.1', '10.96.7.254'],
    ['10.0.0.0/30', '10.0.0.1', '10.0.0.2'],
    ['fd00:10:96::/112', 'fd00:10:96::1', 'fd00:10:96::ffff'],
    ['FD00:0:0::8/126', 'fd00::9', 'fd00::b'],
    ['fd00:10:96::/64', 'fd00:10:96::1', 'fd00:10:96::ffff:ffff'],
  ])('%s gives out from %s to %s', (cidr, first, last) => {
    const range = parseAddressRange(cidr);
    const { places } = range;
    expect([addressAt(range, places.first), addressAt(range, places.last)]).toEqual([first, last]);
    expect([first, last].map((address) => givesOut(range, address))).toEqual([true, true]);
  });

  test.each([
    ['10.96.0.0/24', '10.96.0.0'],
    ['10.96.0.0/24', '10.96.0.255'],
    ['10.96.0.0/24', '10.96.1.1'],
    ['10.96.0.0/24', 'fd00::1'],
    ['10.96.0.0/24', 'None'],
    ['fd00::/112', 'fd00::'],
    ['fd00::/112', 'fd00::1:0'],
    ['fd00::/112', '10.96.0.1'],
  ])('%s does not give out %s', (cidr, address) => {
    expect(givesOut(parseAddressRange(cidr), address)).toBe(false);
  });

  test('a large range gives out whatever somebody names, although it chooses among the first alone', () => {
    const range = parseAddressRange('fd00::/64');
    expect(givesOut(range, 'fd00::ffff:ffff:ffff:ffff')).toBe(true);
    expect(range.places.last).toBe(2 ** 32 - 1);
  });

  test.each([
    ['10.0.0.0', 'is no range of addresses'],
    ['10.0.0.0/x', 'is no range of addresses'],
    ['', 'is no range of addresses'],
    ['10.0.0.0/31', 'the mask of IPv4 is to be from 8 to 30'],
    ['10.0.0.0/7', 'the mask of IPv4 is to be from 8 to 30'],
    ['fd00::/63', 'the mask of IPv6 is to be from 64 to 126'],
    ['fd00::/127', 'the mask of IPv6 is to be from 64 to 126'],
  ])('%j is refused, since it %s', (cidr, why) => {
    expect(() => parseAddressRange(cidr)).toThrow(why);
  });

  test('a cluster has one range, or two of different families', () => {
    const cidrsOf = (...cidrs: string[]) => parseAddressRanges(cidrs).map(({ cidr }) => cidr);
    expect(cidrsOf('10.96.0.0/16')).toEqual(['10.96.0.0/16']);
    expect(cidrsOf('fd00::/112', '10.96.0.0/16')).toEqual(['fd00::/112', '10.96.0.0/16']);
    for (const cidrs of [
      [],
      ['10.96.0.0/16', '10.97.0.0/16'],
      ['10.96.0.0/16', 'fd00::/112', 'fd01::/112'],
    ]) {
      expect(() => cidrsOf(...cidrs)).toThrow('or two of different families');
    }
  });
});

describe('choosing', () => {
  test('every number of a range is found before it is called used up', () => {
    const range = { first: 1, last: 100 };
    const taken = new Set<number>();
    const random = seededRandom(7);
    for (let i = 0; i < 100; i++) {
      const chosen = chooseFree(range, (number) => taken.has(number), random) as number;
      expect(taken.has(chosen)).toBe(false);
      taken.add(chosen);
    }
    expect(Math.min(...taken)).toBe(1);
    expect(Math.max(...taken)).toBe(100);
    expect(chooseFree(range, (number) => taken.has(number), random)).toBeUndefined();
  });

  test('the front of a range, where people choose by hand, is used last', () => {
    const taken = new Set<number>();
    const random = seededRandom(7);
    const range = { first: 30_000, last: 32_767 };
    for (let i = 0; i < 500; i++) {
      const chosen = chooseFree(range, (number) => taken.has(number), random) as number;
      expect(chosen).toBeGreaterThanOrEqual(30_172);
      taken.add(chosen);
    }
  });
});
