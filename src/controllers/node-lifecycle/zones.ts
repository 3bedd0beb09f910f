/**
 * How fast Nodes may be marked for eviction, by the state of their zone: when many Nodes of a zone fall silent at once, its
 * network is likelier to be broken than all of them, and moving every Pod would do more harm than waiting.
 * @see https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
 */
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { isNodeReady, LABEL_ZONE } from '../shared/nodes.ts';

const LABEL_REGION = 'topology.kubernetes.io/region';
const LABEL_EXCLUDE_DISRUPTION = 'node.kubernetes.io/exclude-disruption';
/** Fewer silent Nodes than this are no disruption, whatever their share. */
const MIN_UNHEALTHY_NODES = 2;

export type ZoneState = 'normal' | 'partial-disruption' | 'full-disruption';

export interface EvictionRates {
  /** Nodes a second in a healthy zone. */
  readonly ratePerSecond: number;
  /** Nodes a second in a partly disrupted zone that is large. */
  readonly secondaryRatePerSecond: number;
  /** A zone of more Nodes is large. */
  readonly largeZoneSize: number;
  /** The share of silent Nodes from which a zone is partly disrupted. */
  readonly unhealthyThreshold: number;
}

export const DEFAULT_EVICTION_RATES: EvictionRates = {
  ratePerSecond: 0.1,
  secondaryRatePerSecond: 0.01,
  largeZoneSize: 50,
  unhealthyThreshold: 0.55,
};

export interface ZoneCount {
  readonly ready: number;
  readonly notReady: number;
}

export function zoneOf({ metadata: { labels } }: Node): string {
  return `${labels?.[LABEL_REGION] ?? ''}/${labels?.[LABEL_ZONE] ?? ''}`;
}

/** Nodes with the label node.kubernetes.io/exclude-disruption say nothing of their zone. */
export function countZones(
  nodes: Iterable<Node>,
  isHealthy: (node: Node) => boolean = isNodeReady,
): Map<string, ZoneCount> {
  const counts = new Map<string, { ready: number; notReady: number }>();
  for (const node of nodes) {
    const zone = zoneOf(node);
    const count = counts.get(zone) ?? { ready: 0, notReady: 0 };
    counts.set(zone, count);
    if (node.metadata.labels?.[LABEL_EXCLUDE_DISRUPTION] !== undefined) continue;
    if (isHealthy(node)) count.ready++;
    else count.notReady++;
  }
  return counts;
}

export function zoneState({ ready, notReady }: ZoneCount, rates: EvictionRates): ZoneState {
  if (ready === 0 && notReady > 0) return 'full-disruption';
  const share = notReady / (ready + notReady);
  return notReady > MIN_UNHEALTHY_NODES && share >= rates.unhealthyThreshold
    ? 'partial-disruption'
    : 'normal';
}

/** Nodes a second that may be marked in the zone; 0 stops. */
export function evictionRate(count: ZoneCount, rates: EvictionRates): number {
  if (zoneState(count, rates) !== 'partial-disruption') return rates.ratePerSecond;
  const isLarge = count.ready + count.notReady > rates.largeZoneSize;
  return isLarge ? rates.secondaryRatePerSecond : 0;
}

/** Nothing is heard from any zone: then nothing can be said of any, and all eviction stops. */
export function isFullyDisrupted(
  counts: ReadonlyMap<string, ZoneCount>,
  rates: EvictionRates,
): boolean {
  const judged = [...counts.values()].filter(({ ready, notReady }) => ready + notReady > 0);
  if (judged.length === 0) return false;
  return judged.every((count) => zoneState(count, rates) === 'full-disruption');
}
