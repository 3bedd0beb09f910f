import { toError } from './errors.ts';

/**
 * What has to be undone, in the reverse of the order in which it was done. Every step is tried; what fails is gathered and
 * thrown at the end.
 */
export class CleanupStack implements AsyncDisposable {
  readonly #steps: (() => void | Promise<void>)[] = [];

  /** Remembers how to undo what was just done. */
  defer(undo: () => void | Promise<void>): void {
    this.#steps.push(undo);
  }

  /** Undoes everything, last first. Calling it again does nothing more. */
  async run(): Promise<void> {
    const errors: Error[] = [];
    for (let undo = this.#steps.pop(); undo; undo = this.#steps.pop()) {
      try {
        await undo();
      } catch (thrown) {
        errors.push(toError(thrown));
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'several clean-up steps failed');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.run();
  }
}
