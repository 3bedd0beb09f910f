import { type ExecutionResult, GraphQLError } from 'graphql';

type Step = IteratorResult<ExecutionResult, undefined>;

/**
 * What the protocol's library sees of a subscription: no results, which go past it, only its end. That is an error as the
 * last result, if it failed, and then nothing more.
 */
export class SubscriptionEnd implements AsyncGenerator<ExecutionResult, undefined> {
  /** Called when the client wants no more. */
  onReturn: () => void = () => undefined;
  #failure: ExecutionResult | undefined;
  #isDone = false;
  #waiting: ((step: Step) => void) | undefined;

  /** Ends the subscription with an error, which the client gets as its last result. */
  fail(error: Error): void {
    if (this.#isDone || this.#failure) return;
    const failure =
      error instanceof GraphQLError
        ? error
        : new GraphQLError(error.message, { originalError: error });
    this.#failure = { errors: [failure] };
    this.#waiting?.(this.#step());
    this.#waiting = undefined;
  }

  next(): Promise<Step> {
    if (this.#isDone || this.#failure) return Promise.resolve(this.#step());
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<Step> {
    if (!this.#isDone) {
      this.#isDone = true;
      this.onReturn();
    }
    this.#waiting?.(END);
    this.#waiting = undefined;
    return Promise.resolve(END);
  }

  throw(error: unknown): Promise<Step> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #step(): Step {
    if (this.#isDone || !this.#failure) return END;
    this.#isDone = true;
    return { done: false, value: this.#failure };
  }
}

const END: Step = { done: true, value: undefined };
