/**
 * One copy of each text that occurs again and again. Texts that were parsed one by one are copies of their own, however equal:
 * ten thousand objects that say the same would say it ten thousand times.
 */
export class SharedTexts {
  readonly #limit: number;
  #recent = new Map<string, string>();
  #former = new Map<string, string>();

  /** @param limit how many texts are remembered at least, and at most twice; those that do not come again are forgotten */
  constructor(limit: number) {
    this.#limit = limit;
  }

  share(text: string): string {
    const known = this.#recent.get(text);
    if (known !== undefined) return known;
    const shared = this.#former.get(text) ?? text;
    if (this.#recent.size >= this.#limit) {
      this.#former = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(shared, shared);
    return shared;
  }
}
