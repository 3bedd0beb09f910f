/**
 * Topology aware hints: which zone each endpoint serves, so that zones have endpoints by their share of the cluster's CPUs, from
 * their own as far as they go. Pure.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/topology-aware-routing/
 */
import type { Node, Service } from '../../scheme/generated/types/core-v1.ts';
import type { Endpoint } from '../../scheme/generated/types/discovery-v1.ts';
import { quantityMilliValue } from '../../scheme/quantity.ts';
import { isNodeReady, LABEL_ZONE } from '../shared/nodes.ts';

const ANNOTATION_MODE = 'service.kubernetes.io/topology-mode';
/** Its name of before: where a Service has both, this one counts. */
const ANNOTATION_HINTS = 'service.kubernetes.io/topology-aware-hints';
const CONTROL_PLANE_LABELS = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
];
/** How much more than its share an endpoint may come to bear. */
const OVERLOAD_THRESHOLD = 0.2;

/** Whether the Service leaves it to the cluster who serves whom. */
export function wantsTopologyHints({ metadata }: Service): boolean {
  const { [ANNOTATION_MODE]: mode, [ANNOTATION_HINTS]: wish = mode } = metadata.annotations ?? {};
  return wish === 'Auto' || wish === 'auto';
}

/** What of a node counts for its zone: undefined where it does not count. */
export function zoneCapacity(
  node: Node,
): { readonly zone: string; readonly milliCpus: number } | undefined {
  const { labels = {} } = node.metadata;
  if (CONTROL_PLANE_LABELS.some((name) => name in labels) || !isNodeReady(node)) return undefined;
  const cpu = node.status?.allocatable?.cpu;
  return { zone: labels[LABEL_ZONE] ?? '', milliCpus: cpu ? quantityMilliValue(cpu) : 0 };
}

/** The share of each zone in the CPUs of the cluster; undefined where a node says nothing of its zone or its CPUs. */
export function zoneShares(nodes: Iterable<Node>): ReadonlyMap<string, number> | undefined {
  const cpus = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    const capacity = zoneCapacity(node);
    if (!capacity) continue;
    if (capacity.zone === '' || capacity.milliCpus === 0) return undefined;
    cpus.set(capacity.zone, (cpus.get(capacity.zone) ?? 0) + capacity.milliCpus);
    total += capacity.milliCpus;
  }
  return new Map([...cpus].map(([zone, milliCpus]) => [zone, milliCpus / total]));
}

export type HintPlan =
  | { readonly zones: ReadonlyMap<Endpoint, string> }
  /** Why there are no hints, in Kubernetes' words. */
  | { readonly problem: string };

/** @param endpoints those that are ready */
export function planHints(
  endpoints: readonly Endpoint[],
  shares: ReadonlyMap<string, number> | undefined,
): HintPlan {
  if (!shares || shares.size < 2) {
    return {
      problem:
        'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
    };
  }
  const numbers = `(${endpoints.length} endpoints, ${shares.size} zones)`;
  if (endpoints.length < shares.size) {
    return { problem: `Insufficient number of endpoints ${numbers}` };
  }
  const allocations = allocate(endpoints.length, shares);
  if (!allocations) {
    return {
      problem: `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${numbers}`,
    };
  }
  if (endpoints.some(({ zone }) => !zone)) {
    return { problem: 'One or more endpoints do not have a zone specified' };
  }
  return { zones: distribute(endpoints, allocations) };
}

interface Allocation {
  readonly minimum: number;
  readonly desired: number;
}

/** How many endpoints each zone is to have; undefined when there are too few for all. */
function allocate(
  count: number,
  shares: ReadonlyMap<string, number>,
): ReadonlyMap<string, Allocation> | undefined {
  const allocations = new Map<string, Allocation>();
  let left = count;
  for (const [zone, share] of shares) {
    const desired = share * count;
    const minimum = Math.ceil(desired / (1 + OVERLOAD_THRESHOLD));
    allocations.set(zone, { minimum, desired: Math.max(desired, minimum) });
    left -= minimum;
  }
  return left < 0 ? undefined : allocations;
}

/** Each endpoint serves its own zone, but for those that another zone needs more. */
function distribute(
  endpoints: readonly Endpoint[],
  allocations: ReadonlyMap<string, Allocation>,
): ReadonlyMap<Endpoint, string> {
  const byZone = new Map<string, Endpoint[]>([...allocations.keys()].map((zone) => [zone, []]));
  const homeless: Endpoint[] = [];
  for (const endpoint of endpoints) (byZone.get(endpoint.zone ?? '') ?? homeless).push(endpoint);
  const lack = (zone: string, { minimum }: Allocation): number =>
    minimum - (byZone.get(zone)?.length ?? 0);
  for (const [zone, allocation] of allocations) {
    while (lack(zone, allocation) > 0) {
      const given = homeless.pop() ?? takeFromRichest(byZone, allocations);
      if (!given) break;
      byZone.get(zone)?.push(given);
    }
  }
  // Those of zones without nodes that nobody needs serve whoever has the least for its share.
  for (const endpoint of homeless) {
    const [poorest] = byNeed(byZone, allocations);
    poorest?.own.push(endpoint);
  }
  balance(byZone, allocations);
  const zones = new Map<Endpoint, string>();
  for (const [zone, own] of byZone) for (const endpoint of own) zones.set(endpoint, zone);
  return zones;
}

const surplusOf = (zone: string, own: readonly Endpoint[], all: ReadonlyMap<string, Allocation>) =>
  own.length - (all.get(zone)?.desired ?? 0);

function takeFromRichest(
  byZone: ReadonlyMap<string, Endpoint[]>,
  allocations: ReadonlyMap<string, Allocation>,
): Endpoint | undefined {
  const [richest] = [...byZone]
    .filter(([zone, own]) => own.length > (allocations.get(zone)?.minimum ?? 0))
    .sort(([a, ofA], [b, ofB]) => surplusOf(b, ofB, allocations) - surplusOf(a, ofA, allocations));
  return richest?.[1].pop();
}

/** Those that have too many give to those that have too few, until the one or the other is less than half an endpoint. */
function balance(
  byZone: ReadonlyMap<string, Endpoint[]>,
  allocations: ReadonlyMap<string, Allocation>,
): void {
  for (;;) {
    const zones = byNeed(byZone, allocations);
    const [poorest, richest] = [zones[0], zones.at(-1)];
    if (!poorest || !richest) return;
    const need = -poorest.surplus;
    const isWorthIt = Math.max(need, richest.surplus) >= 1;
    if (!isWorthIt || Math.min(need, richest.surplus) < 0.5) return;
    poorest.own.push(richest.own.pop() as Endpoint);
  }
}

/** What zones have, and how much more than they desire; the neediest first. */
function byNeed(
  byZone: ReadonlyMap<string, Endpoint[]>,
  allocations: ReadonlyMap<string, Allocation>,
): { own: Endpoint[]; surplus: number }[] {
  return [...byZone]
    .map(([zone, own]) => ({ own, surplus: surplusOf(zone, own, allocations) }))
    .sort((a, b) => a.surplus - b.surplus);
}
