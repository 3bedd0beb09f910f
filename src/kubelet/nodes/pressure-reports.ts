import { isConditionTrue } from '../../scheme/conditions.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { PRESSURES, type PressureType } from '../../scheme/groups/simulation/types.ts';
import type { MetThreshold } from '../eviction/shortages.ts';
import { transitionPeriodMs } from '../eviction/thresholds.ts';

interface Memory {
  /** Since when soft thresholds are met without a break, by signal. */
  readonly metSinceMs: Map<string, number>;
  /** When a pressure was last measured. */
  readonly lastMs: Map<PressureType, number>;
  /** Those that the node reports because somebody says so: they end with that. */
  declared: ReadonlySet<PressureType>;
}

export interface Measurement {
  readonly node: Node;
  readonly met: readonly MetThreshold[];
  /** What somebody says that the node runs out of. */
  readonly declared: ReadonlySet<PressureType>;
  /** Whether Pods say what they take, so that a pressure that the node reports may have been measured. */
  readonly isDeclared: boolean;
  readonly nowMs: number;
}

/**
 * What nodes report of their pressures after they were measured: soft thresholds when they have been met for their grace
 * period, and every pressure for the transition period after it has gone, so that nothing flaps. What a kubelet remembers of
 * this it learns anew when it starts again: a pressure that the node reports counts as just measured.
 */
export class PressureReports {
  readonly #memories = new Map<string, Memory>();

  forget(nodeName: string): void {
    this.#memories.delete(nodeName);
  }

  /** Whether anything has been measured of the node that time may end, or bring about. */
  isFollowed({ metadata }: Node): boolean {
    return this.#memories.has(metadata.name ?? '');
  }

  /** The pressures to report, by measure. */
  report({ declared, isDeclared, met, node, nowMs }: Measurement): PressureType[] {
    const nodeName = node.metadata.name ?? '';
    if (met.length === 0 && !isDeclared && !this.isFollowed(node)) return [];
    const memory = this.#memoryOf(nodeName);
    for (const { pressure } of withoutGrace(met, memory, nowMs)) memory.lastMs.set(pressure, nowMs);
    const reported = PRESSURES.filter((pressure) =>
      isHeld(pressure, memory, { declared, node, nowMs }),
    );
    // Until the node shows that it ended, a pressure is not taken for a measured one.
    memory.declared = new Set([
      ...declared,
      ...[...memory.declared].filter((one) => isConditionTrue(node.status?.conditions, one)),
    ]);
    return reported;
  }

  #memoryOf(nodeName: string): Memory {
    let memory = this.#memories.get(nodeName);
    if (!memory) {
      memory = { metSinceMs: new Map(), lastMs: new Map(), declared: new Set() };
      this.#memories.set(nodeName, memory);
    }
    return memory;
  }
}

/** The thresholds that have been met for as long as they are to be. */
function withoutGrace(
  met: readonly MetThreshold[],
  { metSinceMs }: Memory,
  nowMs: number,
): MetThreshold[] {
  const soft = met.filter(({ graceMs }) => graceMs > 0);
  for (const signal of metSinceMs.keys()) {
    if (!soft.some((one) => one.signal === signal)) metSinceMs.delete(signal);
  }
  for (const { signal } of soft) metSinceMs.set(signal, metSinceMs.get(signal) ?? nowMs);
  return met.filter(
    ({ graceMs, signal }) => graceMs === 0 || nowMs - (metSinceMs.get(signal) ?? nowMs) >= graceMs,
  );
}

function isHeld(
  pressure: PressureType,
  memory: Memory,
  { declared, node, nowMs }: Pick<Measurement, 'declared' | 'node' | 'nowMs'>,
): boolean {
  const { lastMs } = memory;
  let seenMs = lastMs.get(pressure);
  if (seenMs === undefined) {
    if (declared.has(pressure) || memory.declared.has(pressure)) return false;
    if (!isConditionTrue(node.status?.conditions, pressure)) return false;
    seenMs = nowMs;
    lastMs.set(pressure, seenMs);
  }
  if (seenMs === nowMs || nowMs - seenMs < transitionPeriodMs(node)) return true;
  lastMs.delete(pressure);
  return false;
}
