/** Which node has which Pod ranges, and which is free. Pure. */
import {
  type Block,
  blockOf,
  type ClusterRange,
  cidrOf,
  DEFAULT_CLUSTER_CIDRS,
  type NodeMasks,
  parseClusterRanges,
} from '../../scheme/cluster-range.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { quantityValue } from '../../scheme/quantity.ts';
import { BlockAllocator } from './block-allocator.ts';

/** Network, gateway and broadcast. */
const RESERVED_ADDRESSES = 3;
const DEFAULT_PODS = 110;

export interface PodRangesOptions {
  /** What is divided: one range, or one of each family. @default ['10.128.0.0/9'] */
  readonly clusterCidrs?: readonly string[];
  /** The size of a node's range. @default 24 and 64, and more for a node that declares more Pods than that holds */
  readonly nodeMasks?: NodeMasks | undefined;
  /** Where Services have their addresses, which no Pod may have. @default none */
  readonly serviceCidrs?: readonly string[];
}

interface Holding {
  readonly cidrs: readonly string[];
  readonly blocks: readonly Block[];
}

/** The ranges that a node has, in the order of its Pods' addresses. */
export function podCidrsOf({ spec }: Node): readonly string[] {
  if (spec?.podCIDRs?.length) return spec.podCIDRs;
  return spec?.podCIDR ? [spec.podCIDR] : [];
}

/** Divides the cluster's Pod ranges among nodes: a node has the same place in each of them. */
export class PodRanges {
  readonly #ranges: readonly ClusterRange[];
  readonly #allocator: BlockAllocator;
  /** Whether a node gets a range for as many Pods as it says, or one of the size that was configured. */
  readonly #isSizedByPods: boolean;
  readonly #held = new Map<string, Holding>();

  /** @throws {RangeError} when `clusterCidrs` are no ranges to divide */
  constructor(options: PodRangesOptions = {}) {
    const { clusterCidrs = [DEFAULT_CLUSTER_CIDRS.IPv4], nodeMasks, serviceCidrs = [] } = options;
    this.#ranges = parseClusterRanges(clusterCidrs, nodeMasks);
    this.#isSizedByPods = nodeMasks === undefined;
    this.#allocator = new BlockAllocator(Math.min(...this.#ranges.map(({ units }) => units)));
    for (const block of this.#blocksOf(serviceCidrs)) this.#allocator.take(block);
  }

  /** Takes note of the ranges that a node has. */
  observe(node: Node): void {
    const cidrs = podCidrsOf(node);
    const { uid = '' } = node.metadata;
    const held = this.#held.get(uid);
    if (cidrs.length === 0 || held?.cidrs.join() === cidrs.join()) return;
    this.release(node);
    const blocks = this.#blocksOf(cidrs);
    for (const block of blocks) this.#allocator.take(block);
    this.#held.set(uid, { cidrs, blocks });
  }

  /** A free range of each family for the node, the same when asked again; undefined when there is none left. */
  reserve(node: Node): readonly string[] | undefined {
    const { uid = '' } = node.metadata;
    const held = this.#held.get(uid);
    if (held) return held.cidrs;
    const block = this.#allocator.allocate(this.#isSizedByPods ? this.#unitsFor(node) : 1);
    if (!block) return undefined;
    const cidrs = this.#ranges.map((range) => cidrOf(range, block));
    this.#held.set(uid, { cidrs, blocks: [block] });
    return cidrs;
  }

  /** The node is gone. */
  release({ metadata: { uid = '' } }: Node): void {
    const held = this.#held.get(uid);
    if (!held) return;
    this.#held.delete(uid);
    for (const block of held.blocks) this.#allocator.release(block);
  }

  #unitsFor({ status }: Node): number {
    const pods = quantityValue(status?.capacity?.pods ?? String(DEFAULT_PODS));
    const addresses = 2 ** Math.ceil(Math.log2(pods + RESERVED_ADDRESSES));
    const unitSizes = this.#ranges.map(({ unitSize }) => unitSize);
    const unit = Number(unitSizes.reduce((least, size) => (size < least ? size : least)));
    return Math.max(1, addresses / unit);
  }

  #blocksOf(cidrs: readonly string[]): readonly Block[] {
    return cidrs.flatMap((cidr) => this.#ranges.flatMap((range) => blockOf(range, cidr) ?? []));
  }
}
