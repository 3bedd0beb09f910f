/** How long work goes on before others get their turn, in milliseconds: a request beside it hardly notices. */
const SLICE_MS = 8;

/** Long work in slices, so that it holds up nobody in the same process, and with an end. */
export class Pace {
  readonly #deadlineMs: number;
  #sliceEndsMs = performance.now() + SLICE_MS;

  /** @param limitMs How long the work may take, in milliseconds of real time. */
  constructor(limitMs: number) {
    this.#deadlineMs = performance.now() + limitMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#deadlineMs;
  }

  /** Whether it is time for {@link rest}. */
  isDue(): boolean {
    return performance.now() >= this.#sliceEndsMs;
  }

  /** Lets others have their turn. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#sliceEndsMs = performance.now() + SLICE_MS;
  }
}
