/**
 * How fast Nodes may be marked for eviction, by the state of their zone: when many Nodes of a zone fall silent at once, its
 * network is likelier to be broken than all of them, and moving every Pod would do more harm than waiting.
 * @see https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
 */
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { LABEL_ZONE } from '../shared/nodes.ts';

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

interface Zone {
  ready: number;
  notReady: number;
  /** How many Nodes it has, those that say nothing of it included. */
  nodes: number;
}

interface Counted {
  readonly zone: string;
  /** Undefined for one that says nothing of its zone. */
  readonly as: 'ready' | 'notReady' | undefined;
}

/** How many Nodes of each zone are well, kept up to date Node by Node. */
export class ZoneCensus {
  readonly #zones = new Map<string, Zone>();
  readonly #counted = new Map<string, Counted>();

  /** By zone. A zone is there for as long as it has Nodes. */
  get counts(): ReadonlyMap<string, ZoneCount> {
    return this.#zones;
  }

  /** Counts a Node, in place of what it counted as before. With node.kubernetes.io/exclude-disruption it says nothing of its zone. */
  count(node: Node, isHealthy: boolean): void {
    const { name = '', labels } = node.metadata;
    const isExcluded = labels?.[LABEL_EXCLUDE_DISRUPTION] !== undefined;
    const counted: Counted = {
      zone: zoneOf(node),
      as: isExcluded ? undefined : isHealthy ? 'ready' : 'notReady',
    };
    this.forget(name);
    this.#counted.set(name, counted);
    this.#add(counted, 1);
  }

  /** Follows the end of a Node. */
  forget(name: string): void {
    const counted = this.#counted.get(name);
    if (!counted) return;
    this.#counted.delete(name);
    this.#add(counted, -1);
  }

  #add({ zone: name, as }: Counted, difference: 1 | -1): void {
    const zone = this.#zones.get(name) ?? { ready: 0, notReady: 0, nodes: 0 };
    zone.nodes += difference;
    if (as) zone[as] += difference;
    if (zone.nodes > 0) this.#zones.set(name, zone);
    else this.#zones.delete(name);
  }
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
