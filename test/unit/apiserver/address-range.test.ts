import { describe, expect, test } from '@jest/globals';
import {
  chooseFree,
  formatIPv4,
  parseCidr,
  parseIPv4,
} from '../../../src/apiserver/services/address-range.ts';
import { seededRandom } from '../../../src/lib/random.ts';

describe('addresses', () => {
  test.each(['0.0.0.0', '10.96.0.1', '255.255.255.255'])('%s is read and written alike', (text) => {
    expect(formatIPv4(parseIPv4(text) as number)).toBe(text);
  });

  test.each(['', '10.0.0', '10.0.0.256', '10.0.0.01', '10.0.0.-1', 'a.b.c.d', '::1', '1.2.3.4.5'])(
    '%j is no address',
    (text) => {
      expect(parseIPv4(text)).toBeUndefined();
    },
  );

  test('a range leaves out the addresses of the network and of broadcast', () => {
    const { first, last } = parseCidr('10.96.0.0/12');
    expect([formatIPv4(first), formatIPv4(last)]).toEqual(['10.96.0.1', '10.111.255.254']);
  });

  test.each(['10.0.0.0', '10.0.0.0/31', '10.0.0.0/x', '10.0.0.0/7', 'fd00::/112', ''])(
    '%j is refused as a range',
    (cidr) => {
      expect(() => parseCidr(cidr)).toThrow(RangeError);
    },
  );
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
