import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Stage } from '../../scheme/groups/simulation/types.ts';
import { seedOf } from '../../scheme/usage/wave.ts';
import { CompiledObjects } from './compiled-objects.ts';
import { type CompiledStage, compileStage, type Declarations } from './stage-declarations.ts';

const UINT_32 = 2 ** 32;

/** Every Stage that is in effect, and which of them are for a Pod. */
export class StageCatalog {
  readonly #stages = new CompiledObjects<Stage, CompiledStage>(compileStage);
  #inOrder: readonly CompiledStage[] = [];
  #seen = new WeakMap<Pod, Pod>();

  /** Calls `listener` when a Stage turns out to be wrong at some Pod. */
  onProblem(listener: (stageName: string) => void): void {
    this.#stages.onProblem(listener);
  }

  /** Takes note of a Stage that has come or changed. */
  put(stage: Stage): void {
    this.#stages.put(stage);
    this.#changed();
  }

  remove(name: string): void {
    this.#stages.remove(name);
    this.#changed();
  }

  problemOf(name: string): string | undefined {
    return this.#stages.problemOf(name);
  }

  /**
   * The Pod with what stages say of it, as if its annotations said so; what they do say goes before, and of two stages the
   * first by name. The Pod itself where none is for it.
   */
  seen(pod: Pod, node: Node | undefined): Pod {
    if (this.#inOrder.length === 0) return pod;
    const known = this.#seen.get(pod);
    if (known) return known;
    const declared = this.#declarationsFor(pod, node);
    const { metadata } = pod;
    const annotations = { ...declared, ...metadata.annotations };
    const seen = declared ? { ...pod, metadata: { ...metadata, annotations } } : pod;
    this.#seen.set(pod, seen);
    return seen;
  }

  #declarationsFor(pod: Pod, node: Node | undefined): Declarations | undefined {
    let declared: Declarations | undefined;
    for (const stage of this.#chosenFor(pod, node)) {
      const more = this.#stages.attempt(stage, () => stage.declare(pod, node));
      if (more) declared = { ...more, ...declared };
    }
    return declared;
  }

  /** Those that stand alone, and one of each group. */
  #chosenFor(pod: Pod, node: Node | undefined): CompiledStage[] {
    const chosen: CompiledStage[] = [];
    const groups = new Map<string, CompiledStage[]>();
    for (const stage of this.#inOrder) {
      if (!this.#stages.attempt(stage, () => stage.matches(pod, node))) continue;
      if (stage.group === undefined) chosen.push(stage);
      else groups.set(stage.group, [...(groups.get(stage.group) ?? []), stage]);
    }
    for (const [group, members] of groups) {
      const drawn = drawByWeight(members, `${group}/${pod.metadata.uid}`);
      if (drawn) chosen.push(drawn);
    }
    return chosen;
  }

  #changed(): void {
    this.#inOrder = [...this.#stages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#seen = new WeakMap();
  }
}

function drawByWeight(stages: readonly CompiledStage[], what: string): CompiledStage | undefined {
  const total = stages.reduce((sum, { weight }) => sum + weight, 0);
  const seed = stages.reduce((sum, stage) => sum + stage.seed, 0);
  let point = (seedOf(`${seed}/${what}`) / UINT_32) * total;
  return stages.find(({ weight }) => {
    point -= weight;
    return point < 0;
  });
}
