import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BlockAllocator } from '../../../src/kubelet/nodes/block-allocator.ts';
import { blockOf, cidrOf, parseClusterRange } from '../../../src/kubelet/nodes/cluster-range.ts';
import { NodeNetworks } from '../../../src/kubelet/nodes/node-networks.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode } from '../../support/builders.ts';

const V4 = ['10.128.0.0/9'];
const BOTH = ['10.128.0.0/9', 'fd00:10:128::/48'];

function nodeWith(...podCIDRs: string[]): Node {
  const node = buildNode();
  return { ...node, spec: { ...node.spec, podCIDR: podCIDRs[0], podCIDRs } };
}

describe('blocks', () => {
  test('blocks of any sizes never overlap and lie on their own boundaries', () => {
    const sizes = fc.array(fc.constantFrom(1, 2, 4, 16), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, (wanted) => {
        const allocator = new BlockAllocator(256);
        const used = new Set<number>();
        for (const count of wanted) {
          const block = allocator.allocate(count);
          if (!block) continue;
          expect(block.first % count).toBe(0);
          for (let unit = block.first; unit < block.first + count; unit++) {
            expect(used.has(unit)).toBe(false);
            used.add(unit);
          }
        }
      }),
    );
  });

  test('the part of a block says which block it is, in either family', () => {
    const blocks = fc
      .record({ power: fc.integer({ min: 0, max: 6 }), place: fc.nat({ max: 255 }) })
      .map(({ power, place }) => ({ count: 2 ** power, first: place * 2 ** power }));
    const ranges = BOTH.map(parseClusterRange);
    fc.assert(
      fc.property(blocks, fc.constantFrom(...ranges), (block, range) => {
        expect(blockOf(range, cidrOf(range, block))).toEqual(block);
      }),
    );
  });

  test.each([
    ['10.128.0.0/9', '10.0.0.0/24', undefined],
    ['10.128.0.0/9', 'fd00::/64', undefined],
    ['10.128.0.0/9', 'x', undefined],
    ['10.128.0.0/9', '10.128.3.128/25', { first: 3, count: 1 }],
    ['10.128.7.9/9', '10.128.2.0/23', { first: 2, count: 2 }],
    ['fd00:10:128::/48', 'fd00:10:128:2::/63', { first: 2, count: 2 }],
    ['fd00:10:128::/48', 'fd00:10:129::/64', undefined],
  ])('in %s, %s is the block %j', (range, part, expected) => {
    expect(blockOf(parseClusterRange(range), part)).toEqual(expected);
  });

  test.each(['10.128.0.0/25', 'fd00::/65', '10.128.0.0', ''])('%j is refused', (cidr) => {
    expect(() => parseClusterRange(cidr)).toThrow('cannot be divided among nodes');
  });
});

describe('NodeNetworks', () => {
  test('new nodes get what no other node has', () => {
    const networks = new NodeNetworks(V4, [nodeWith('10.128.0.0/24'), nodeWith('10.128.2.0/24')]);
    expect([1, 2, 3].map(() => networks.allocatePodCidrs(110))).toEqual([
      ['10.128.1.0/24'],
      ['10.128.3.0/24'],
      ['10.128.4.0/24'],
    ]);
  });

  test('a node for more Pods gets a larger range', () => {
    const networks = new NodeNetworks(BOTH, []);
    expect([253, 254, 1_000, 110].map((pods) => networks.allocatePodCidrs(pods))).toEqual([
      ['10.128.0.0/24', 'fd00:10:128::/64'],
      ['10.128.2.0/23', 'fd00:10:128:2::/63'],
      ['10.128.4.0/22', 'fd00:10:128:4::/62'],
      ['10.128.1.0/24', 'fd00:10:128:1::/64'],
    ]);
  });

  test('a node has its place in both families, whichever it shows', () => {
    const nodes = [nodeWith('10.128.0.0/24'), nodeWith('fd00:10:128:1::/64')];
    const networks = new NodeNetworks([...BOTH].reverse(), nodes);
    expect(networks.allocatePodCidrs(110)).toEqual(['fd00:10:128:2::/64', '10.128.2.0/24']);
  });

  test('a range that is used up gives nothing, however much the other has', () => {
    const networks = new NodeNetworks(['10.128.0.0/23', 'fd00:10:128::/48'], []);
    expect([1, 2, 3].map(() => networks.allocatePodCidrs(110)?.[0])).toEqual([
      '10.128.0.0/24',
      '10.128.1.0/24',
      undefined,
    ]);
  });

  test('two ranges of one family are refused', () => {
    expect(() => new NodeNetworks(['10.128.0.0/9', '10.0.0.0/9'], [])).toThrow(
      'give one range, or two of different families',
    );
  });

  test('machines have addresses of their own', () => {
    const networks = new NodeNetworks(V4, []);
    expect(networks.ipsOf(['10.128.0.0/24'])).toEqual({
      internal: ['172.16.0.10'],
      external: ['198.18.0.10'],
    });
    const all = Array.from({ length: 5_000 }, () => networks.allocatePodCidrs(110) ?? []);
    const internal = new Set(all.map((podCidrs) => networks.ipsOf(podCidrs).internal[0]));
    expect(internal.size).toBe(5_000);
  });

  test('machines of a cluster with two families have addresses of both', () => {
    const networks = new NodeNetworks(BOTH, []);
    expect(networks.ipsOf(['10.128.1.0/24', 'fd00:10:128:1::/64'])).toEqual({
      internal: ['172.16.0.11', 'fd00:172:16::b'],
      external: ['198.18.0.11', '2001:db8::b'],
    });
  });
});
