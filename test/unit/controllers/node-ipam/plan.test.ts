import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BlockAllocator } from '../../../../src/controllers/node-ipam/block-allocator.ts';
import { PodRanges } from '../../../../src/controllers/node-ipam/plan.ts';
import {
  type Block,
  blockOf,
  cidrOf,
  parseClusterRange,
} from '../../../../src/scheme/cluster-range.ts';
import type { Node } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode } from '../../../support/builders.ts';

const V4 = ['10.128.0.0/9'];
const BOTH = ['10.128.0.0/9', 'fd00:10:128::/48'];

function nodeWith(...podCIDRs: string[]): Node {
  const node = buildNode();
  return { ...node, spec: { ...node.spec, podCIDR: podCIDRs[0], podCIDRs } };
}

function rangesWith(clusterCidrs: readonly string[], ...nodes: readonly Node[]): PodRanges {
  const ranges = new PodRanges({ clusterCidrs });
  for (const node of nodes) ranges.observe(node);
  return ranges;
}

const reserve = (ranges: PodRanges, count: number) =>
  Array.from({ length: count }, () => ranges.reserve(buildNode())?.[0]);

/** What is held of 64 units after blocks of sizes were wanted, and some given back. */
function heldAfter(steps: readonly (number | { readonly release: number })[]): readonly Block[] {
  const allocator = new BlockAllocator(64);
  const held: Block[] = [];
  for (const step of steps) {
    if (typeof step === 'number') held.push(...[allocator.allocate(step) ?? []].flat());
    else for (const gone of held.splice(step.release, 1)) allocator.release(gone);
  }
  return held;
}

describe('blocks', () => {
  test('blocks of any sizes never overlap and lie on their own boundaries, whatever comes and goes', () => {
    const steps = fc.array(
      fc.oneof(fc.constantFrom(1, 2, 4, 16), fc.record({ release: fc.nat(6) })),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (wanted) => {
        const held = heldAfter(wanted);
        expect(held.every(({ count, first }) => first % count === 0)).toBe(true);
        const units = held.flatMap(({ count, first }) =>
          Array.from({ length: count }, (_, unit) => first + unit),
        );
        expect(new Set(units).size).toBe(units.length);
        expect(units.every((unit) => unit >= 0 && unit < 64)).toBe(true);
      }),
    );
  });

  test('as long as a unit is free it is found', () => {
    const allocator = new BlockAllocator(8);
    const blocks = Array.from({ length: 8 }, () => allocator.allocate(1));
    expect(allocator.allocate(1)).toBeUndefined();
    for (const block of blocks) {
      allocator.release(block as Block);
      expect(allocator.allocate(1)).toEqual(block);
    }
  });

  test('what came free is the last to be handed out again', () => {
    const allocator = new BlockAllocator(4);
    const first = allocator.allocate(1);
    allocator.release(first as Block);
    const next = Array.from({ length: 4 }, () => allocator.allocate(1)?.first);
    expect(next).toEqual([1, 2, 3, 0]);
  });

  test('a block that is taken twice is free when it is released twice', () => {
    const allocator = new BlockAllocator(1);
    const only = { first: 0, count: 1 };
    allocator.take(only);
    allocator.take(only);
    allocator.release(only);
    expect(allocator.allocate(1)).toBeUndefined();
    allocator.release(only);
    expect(allocator.allocate(1)).toEqual(only);
  });
});

describe('cluster ranges', () => {
  test('the part of a block says which block it is, in either family', () => {
    const blocks = fc
      .record({ power: fc.integer({ min: 0, max: 6 }), place: fc.nat({ max: 255 }) })
      .map(({ power, place }) => ({ count: 2 ** power, first: place * 2 ** power }));
    const ranges = BOTH.map((cidr) => parseClusterRange(cidr));
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
    ['10.0.0.0/22', '10.0.0.0/8', { first: 0, count: 4 }],
    ['10.0.4.0/22', '10.0.0.0/21', { first: 0, count: 4 }],
    ['fd00:10:128::/48', 'fd00:10:128:2::/63', { first: 2, count: 2 }],
    ['fd00:10:128::/48', 'fd00:10:129::/64', undefined],
  ])('of %s, %s has the block %j', (range, part, expected) => {
    expect(blockOf(parseClusterRange(range), part)).toEqual(expected);
  });

  test.each(['10.128.0.0/25', 'fd00::/65', '10.128.0.0', ''])('%j is refused', (cidr) => {
    expect(() => parseClusterRange(cidr)).toThrow('cannot be divided among nodes');
  });

  test('a smaller range is enough for smaller nodes', () => {
    expect(parseClusterRange('10.128.0.0/25', { IPv4: 27 }).units).toBe(4);
  });
});

describe('PodRanges', () => {
  test('new nodes get what no other node has', () => {
    const ranges = rangesWith(V4, nodeWith('10.128.0.0/24'), nodeWith('10.128.2.0/24'));
    expect(reserve(ranges, 3)).toEqual(['10.128.1.0/24', '10.128.3.0/24', '10.128.4.0/24']);
  });

  test('a node that asks again has the same range', () => {
    const ranges = rangesWith(V4);
    const node = buildNode();
    expect(ranges.reserve(node)).toEqual(ranges.reserve(node));
  });

  test('a node for more Pods gets a larger range', () => {
    const ranges = rangesWith(BOTH);
    const cidrs = ['253', '254', '1000', '110'].map((pods) => ranges.reserve(buildNode({ pods })));
    expect(cidrs).toEqual([
      ['10.128.0.0/24', 'fd00:10:128::/64'],
      ['10.128.2.0/23', 'fd00:10:128:2::/63'],
      ['10.128.4.0/22', 'fd00:10:128:4::/62'],
      ['10.128.8.0/24', 'fd00:10:128:8::/64'],
    ]);
  });

  test('a size that was configured is that of every node', () => {
    const ranges = new PodRanges({ clusterCidrs: BOTH, nodeMasks: { IPv4: 26 } });
    const cidrs = ['10', '1000'].map((pods) => ranges.reserve(buildNode({ pods })));
    expect(cidrs).toEqual([
      ['10.128.0.0/26', 'fd00:10:128::/64'],
      ['10.128.0.64/26', 'fd00:10:128:1::/64'],
    ]);
  });

  test('a node has its place in both families, whichever it shows', () => {
    const nodes = [nodeWith('10.128.0.0/24'), nodeWith('fd00:10:128:1::/64')];
    const ranges = rangesWith([...BOTH].reverse(), ...nodes);
    expect(ranges.reserve(buildNode())).toEqual(['fd00:10:128:2::/64', '10.128.2.0/24']);
  });

  test('a range that is used up gives nothing, however much the other has, until a node goes', () => {
    const ranges = rangesWith(['10.128.0.0/23', 'fd00:10:128::/48']);
    const [first] = [buildNode(), buildNode()].map((node) => {
      ranges.reserve(node);
      return node;
    });
    expect(reserve(ranges, 1)).toEqual([undefined]);
    ranges.release(first as Node);
    expect(reserve(ranges, 2)).toEqual(['10.128.0.0/24', undefined]);
  });

  test('a node that somebody gave another range than the one kept for it frees that', () => {
    const ranges = rangesWith(['10.128.0.0/23']);
    const node = buildNode();
    ranges.reserve(node);
    ranges.observe({ ...node, spec: { podCIDR: '192.0.2.0/24', podCIDRs: ['192.0.2.0/24'] } });
    expect(reserve(ranges, 3)).toEqual(['10.128.1.0/24', '10.128.0.0/24', undefined]);
  });

  test('what Services have no node gets', () => {
    const ranges = new PodRanges({
      clusterCidrs: ['10.0.0.0/22'],
      serviceCidrs: ['10.0.1.0/25', 'fd00::/112'],
    });
    expect(reserve(ranges, 4)).toEqual(['10.0.0.0/24', '10.0.2.0/24', '10.0.3.0/24', undefined]);
  });

  test('two ranges of one family are refused', () => {
    expect(() => rangesWith(['10.128.0.0/9', '10.0.0.0/9'])).toThrow(
      'give one range, or two of different families',
    );
  });
});
