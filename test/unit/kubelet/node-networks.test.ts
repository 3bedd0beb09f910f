import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatIpv4,
  formatIpv4Range,
  Ipv4Allocator,
  parseIpv4,
  parseIpv4Range,
} from '../../../src/kubelet/nodes/ipv4-range.ts';
import { NodeNetworks } from '../../../src/kubelet/nodes/node-networks.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode } from '../../support/builders.ts';

function nodeWith(podCIDR: string): Node {
  const node = buildNode();
  return { ...node, spec: { ...node.spec, podCIDR } };
}

describe('IPv4 ranges', () => {
  test('an address survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xff_ff_ff_ff }), (address) => {
        expect(parseIpv4(formatIpv4(address))).toBe(address);
      }),
    );
  });

  test('a range begins at its network address', () => {
    const range = parseIpv4Range('10.128.7.9/24');
    expect(range && formatIpv4Range(range)).toBe('10.128.7.0/24');
    expect(parseIpv4Range('fd00::/64')).toBeUndefined();
    expect(parseIpv4Range('')).toBeUndefined();
  });

  test('blocks of any sizes never overlap and lie on their own boundaries', () => {
    const sizes = fc.array(fc.constantFrom(256, 512, 1_024, 4_096), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, (wanted) => {
        const allocator = new Ipv4Allocator({ first: parseIpv4('10.0.0.0'), size: 2 ** 16 }, 256);
        const used = new Set<number>();
        for (const size of wanted) {
          const block = allocator.allocate(size);
          if (!block) continue;
          expect(block.first % size).toBe(0);
          for (let unit = block.first; unit < block.first + size; unit += 256) {
            expect(used.has(unit)).toBe(false);
            used.add(unit);
          }
        }
      }),
    );
  });
});

describe('NodeNetworks', () => {
  test('new nodes get what no other node has', () => {
    const networks = new NodeNetworks('10.128.0.0/9', [
      nodeWith('10.128.0.0/24'),
      nodeWith('10.128.2.0/24'),
    ]);
    expect([1, 2, 3].map(() => networks.allocatePodCidr(110))).toEqual([
      '10.128.1.0/24',
      '10.128.3.0/24',
      '10.128.4.0/24',
    ]);
  });

  test('a node for more Pods gets a larger range', () => {
    const networks = new NodeNetworks('10.128.0.0/9', []);
    expect(networks.allocatePodCidr(253)).toBe('10.128.0.0/24');
    expect(networks.allocatePodCidr(254)).toBe('10.128.2.0/23');
    expect(networks.allocatePodCidr(1_000)).toBe('10.128.4.0/22');
    expect(networks.allocatePodCidr(110)).toBe('10.128.1.0/24');
  });

  test('a range that is used up gives nothing', () => {
    const networks = new NodeNetworks('10.128.0.0/23', []);
    expect([1, 2, 3].map(() => networks.allocatePodCidr(110))).toEqual([
      '10.128.0.0/24',
      '10.128.1.0/24',
      undefined,
    ]);
  });

  test('machines have addresses of their own', () => {
    const networks = new NodeNetworks('10.128.0.0/9', []);
    expect(networks.ipsOf('10.128.0.0/24')).toEqual({
      internal: '172.16.0.10',
      external: '198.18.0.10',
    });
    const all = Array.from({ length: 5_000 }, () => networks.allocatePodCidr(110) ?? '');
    const internal = new Set(all.map((podCidr) => networks.ipsOf(podCidr).internal));
    expect(internal.size).toBe(5_000);
  });
});
