import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Fault, FaultType, PressureType } from '../../scheme/groups/simulation/types.ts';
import { CompiledObjects } from './compiled-objects.ts';
import { type CompiledFault, type Crash, compileFault } from './fault-effects.ts';

/** Faults of these kinds cut nodes off. */
const SILENCING: readonly FaultType[] = ['FlapNodes', 'KillNodes', 'PartitionNodes'];
/** A machine that was switched on again does not know how its containers ended. */
const REBOOTED = { code: 255, reason: 'Unknown' } as const;

/** Every Fault that can be in effect, and what they do to nodes and Pods at a time. */
export class FaultCatalog {
  readonly #faults = new CompiledObjects<Fault, CompiledFault>(compileFault);

  /** Calls `listener` when a Fault turns out to be wrong at some node or Pod. */
  onProblem(listener: (faultName: string) => void): void {
    this.#faults.onProblem(listener);
  }

  /** Takes note of a Fault that has come or changed. */
  put(fault: Fault): void {
    this.#faults.put(fault);
  }

  remove(name: string): void {
    this.#faults.remove(name);
  }

  problemOf(name: string): string | undefined {
    return this.#faults.problemOf(name);
  }

  /** Undefined of a Fault that cannot be in effect. */
  get(name: string): CompiledFault | undefined {
    return this.#faults.get(name);
  }

  /** When a fault next begins, ends, or goes from up to down or back; undefined when none does. */
  nextChangeMs(nowMs: number): number | undefined {
    let nextMs: number | undefined;
    for (const fault of this.#faults.values()) {
      const changeMs = fault.nextChangeMs(nowMs);
      if (changeMs !== undefined) nextMs = Math.min(changeMs, nextMs ?? changeMs);
    }
    return nextMs;
  }

  /** Whether nothing is heard of the node now. */
  isSilenced(node: Node, nowMs: number): boolean {
    return this.#any(node, (fault) => SILENCING.includes(fault.spec.type) && fault.isDown(nowMs));
  }

  /** How many times longer the node's pulls take. */
  pullSlowdown(node: Node, nowMs: number): number {
    let slowdown = 1;
    for (const fault of this.#activeOn(node, 'SlowImagePulls', nowMs))
      slowdown *= fault.pullSlowdown;
    return slowdown;
  }

  /** How far ahead the node's clock is. */
  clockOffsetMs(node: Node, nowMs: number): number {
    let offsetMs = 0;
    for (const fault of this.#activeOn(node, 'ClockSkew', nowMs)) offsetMs += fault.clockOffsetMs;
    return offsetMs;
  }

  /** What the node runs out of. */
  pressures(node: Node, nowMs: number): ReadonlySet<PressureType> {
    const pressures = new Set<PressureType>();
    for (const fault of this.#activeOn(node, 'Pressure', nowMs)) {
      for (const pressure of fault.pressures) pressures.add(pressure);
    }
    return pressures;
  }

  /** How faults have ended the Pod's containers, or will: the latest that has begun. */
  crashOf(pod: Pod, node: Node, nowMs: number): Crash | undefined {
    let latest: Crash | undefined;
    for (const fault of this.#faults.values()) {
      const crash = this.#faults.attempt(fault, () => crashBy(fault, pod, node, nowMs));
      if (crash && crash.atMs > (latest?.atMs ?? Number.NEGATIVE_INFINITY)) latest = crash;
    }
    return latest;
  }

  #activeOn(node: Node, type: FaultType, nowMs: number): CompiledFault[] {
    const active: CompiledFault[] = [];
    for (const fault of this.#faults.values()) {
      if (fault.spec.type !== type || !fault.isActive(nowMs)) continue;
      if (this.#faults.attempt(fault, () => fault.affectsNode(node))) active.push(fault);
    }
    return active;
  }

  #any(node: Node, holds: (fault: CompiledFault) => boolean): boolean {
    for (const fault of this.#faults.values()) {
      if (holds(fault) && this.#faults.attempt(fault, () => fault.affectsNode(node))) return true;
    }
    return false;
  }
}

function crashBy(fault: CompiledFault, pod: Pod, node: Node, nowMs: number): Crash | undefined {
  if (fault.spec.type === 'CrashPods') {
    return fault.isActive(nowMs) && fault.affectsPod(pod, node) ? fault.crash : undefined;
  }
  if (fault.spec.type !== 'KillNodes' || nowMs < fault.endMs) return undefined;
  return fault.affectsNode(node) ? { ...REBOOTED, atMs: fault.endMs } : undefined;
}
