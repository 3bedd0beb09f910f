import { sleep } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Controller } from './controller.ts';
import { type ControllerEnvironment, ControllerRunner } from './controller-runner.ts';

/** After this long a start that failed is tried again. */
const RETRY_MS = 1_000;

/**
 * A controller at work that begins anew, as in a new process, when the queue's server may have forgotten anything. What was
 * forgotten cannot be told otherwise: some of it only processes knew that are gone, and a controller that begins adds every key.
 */
export class LastingRunner {
  readonly #controller: Controller;
  readonly #environment: ControllerEnvironment;
  readonly #isLeading: () => boolean;
  readonly #abort = new AbortController();
  #runner: ControllerRunner;
  /** Ends when no beginning is under way. */
  #beginnings: Promise<void> = Promise.resolve();

  /** @param isLeading Whether its process still holds the lease of a singleton. @default always */
  constructor(
    controller: Controller,
    environment: ControllerEnvironment,
    isLeading: () => boolean = () => true,
  ) {
    this.#controller = controller;
    this.#environment = environment;
    this.#isLeading = isLeading;
    this.#runner = this.#create();
  }

  /** Resolves when the informers have synced and keys are being worked on, or when it was stopped before. */
  start(): Promise<void> {
    return this.#runner.start();
  }

  /** Takes no more keys and waits for those being worked on. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#runner.stop();
    await this.#beginnings;
  }

  #create(): ControllerRunner {
    const runner = new ControllerRunner(this.#controller, this.#environment, {
      isLeading: this.#isLeading,
      onDataLoss: () => {
        this.#beginnings = this.#beginnings.then(() => this.#beginAnew(runner));
      },
    });
    return runner;
  }

  /** Unless `previous` is not at work any more: then whoever follows it began later than the loss that it saw. */
  async #beginAnew(previous: ControllerRunner): Promise<void> {
    const { logger, retryClock } = this.#environment;
    const { signal } = this.#abort;
    if (previous !== this.#runner) return;
    logger.warn('the queue may have lost keys, beginning anew', {
      controller: this.#controller.name,
    });
    while (!signal.aborted) {
      try {
        await this.#runner.stop();
        if (signal.aborted) return;
        this.#runner = this.#create();
        return await this.#runner.start();
      } catch (thrown) {
        const error = toError(thrown);
        logger.error('controller failed to start, trying again', {
          controller: this.#controller.name,
          error,
        });
        await sleep(retryClock, RETRY_MS, signal);
      }
    }
  }
}
