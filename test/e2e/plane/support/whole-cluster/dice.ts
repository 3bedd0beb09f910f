import { seededRandom } from '../../../../../src/lib/random.ts';

/** Repeatable chance. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** A whole number of 0 to `end - 1`. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  /** A whole number, both ends included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }
}
