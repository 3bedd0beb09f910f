import type { Clock, Timer } from '../../lib/clock.ts';
import type { ControllerContext } from '../../machinery/controller.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { simulationFaults, simulationStages } from '../../scheme/groups/simulation/definitions.ts';
import type { PressureType } from '../../scheme/groups/simulation/types.ts';
import { declaredPressures } from '../annotations.ts';
import { FaultCatalog } from './fault-catalog.ts';
import { StageCatalog } from './stage-catalog.ts';

/**
 * What the objects of simulation.orrery.dev say of the machines of a process: one for all of its agents. Where the group is
 * not served there are none, and it costs nothing.
 */
export class Simulation {
  readonly faults = new FaultCatalog();
  readonly stages = new StageCatalog();
  /** Whether simulation.orrery.dev is served. */
  readonly isServed: boolean;
  readonly #listeners: (() => void)[] = [];
  #clock: Clock | undefined;
  #timer: Timer | undefined;
  #isTelling = false;

  /** @param isServed Whether the group is: what is not served cannot be watched. */
  constructor(isServed: boolean) {
    this.isServed = isServed;
  }

  /** Follows the objects, on behalf of the first who asks for it. */
  follow({ clock, informers, signal }: ControllerContext): void {
    if (!this.isServed || this.#clock) return;
    this.#clock = clock;
    signal.addEventListener('abort', () => this.#timer?.cancel(), { once: true });
    const { faults, stages } = this;
    informers.informer(simulationStages).addHandler({
      onAdd: (stage) => this.#after(() => stages.put(stage)),
      onUpdate: ({ metadata: { generation } }, stage) => {
        if (generation !== stage.metadata.generation) this.#after(() => stages.put(stage));
      },
      onDelete: ({ metadata }) => this.#after(() => stages.remove(metadata.name ?? '')),
    });
    informers.informer(simulationFaults).addHandler({
      onAdd: (fault) => this.#after(() => faults.put(fault)),
      onUpdate: ({ metadata: { generation } }, fault) => {
        if (generation !== fault.metadata.generation) this.#after(() => faults.put(fault));
      },
      onDelete: ({ metadata }) => this.#after(() => faults.remove(metadata.name ?? '')),
    });
  }

  /** Calls `listener` when anything that the objects say has changed, or the time has come for it. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The Pod as stages let it behave. */
  seen(pod: Pod, node: Node | undefined): Pod {
    return this.stages.seen(pod, node);
  }

  /** What faults, and the node's annotation, let it run out of. */
  pressures(node: Node, nowMs: number): ReadonlySet<PressureType> {
    const ofFaults = this.faults.pressures(node, nowMs);
    const others = declaredPressures(node);
    return others.length === 0 ? ofFaults : new Set([...ofFaults, ...others]);
  }

  /** Changes that come together are told of once. */
  #after(change: () => void): void {
    change();
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#tell();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#timer?.cancel();
    const clock = this.#clock;
    const nowMs = clock?.now() ?? 0;
    const nextMs = this.faults.nextChangeMs(nowMs);
    if (!clock || nextMs === undefined) return;
    this.#timer = clock.setTimer(nextMs - nowMs, () => this.#tell());
  }
}
