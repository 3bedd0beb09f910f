import type { ApiObject } from '../../scheme/object.ts';
import { SimulationProblem } from './expressions.ts';

/** Objects of one kind, made ready to be in effect, by name; and of those that are wrong, why. */
export class CompiledObjects<T extends ApiObject, C extends { readonly name: string }> {
  readonly #compile: (object: T) => C;
  readonly #compiled = new Map<string, C>();
  /** Why one is not in effect, or not for some Pods or nodes. */
  readonly #problems = new Map<string, string>();
  #onProblem: (name: string) => void = () => undefined;

  /** @param compile throws SimulationProblem when the object cannot be in effect */
  constructor(compile: (object: T) => C) {
    this.#compile = compile;
  }

  /** Calls `listener` when one turns out to be wrong at some node or Pod. */
  onProblem(listener: (name: string) => void): void {
    this.#onProblem = listener;
  }

  /** Takes note of one that has come or changed. */
  put(object: T): void {
    const { name = '' } = object.metadata;
    this.remove(name);
    try {
      this.#compiled.set(name, this.#compile(object));
    } catch (thrown) {
      if (!(thrown instanceof SimulationProblem)) throw thrown;
      this.#problems.set(name, thrown.message);
    }
  }

  remove(name: string): void {
    this.#compiled.delete(name);
    this.#problems.delete(name);
  }

  /** Undefined of one that cannot be in effect. */
  get(name: string): C | undefined {
    return this.#compiled.get(name);
  }

  values(): Iterable<C> {
    return this.#compiled.values();
  }

  problemOf(name: string): string | undefined {
    return this.#problems.get(name);
  }

  /** One that fails at a node or Pod is not for it, and the others are. */
  attempt<R>({ name }: C, work: () => R): R | undefined {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof SimulationProblem)) throw thrown;
      if (!this.#problems.has(name)) {
        this.#problems.set(name, thrown.message);
        this.#onProblem(name);
      }
      return undefined;
    }
  }
}
