import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { StoreEventBatch, Subscriber, Subscription } from '../store.ts';

/** One subscriber's stream: what it was told last, and whether it still listens. */
export class SubscriberStream implements Subscription {
  readonly #subscriber: Subscriber;
  readonly #logger: Logger;
  readonly #onEnd: (stream: SubscriberStream) => void;
  #version: number;
  #open = true;
  /** Set by the cache when the stream joins those that follow the log. */
  isLive = false;

  constructor(options: {
    subscriber: Subscriber;
    /** The subscriber knows everything up to here. */
    version: number;
    logger: Logger;
    onEnd: (stream: SubscriberStream) => void;
  }) {
    this.#subscriber = options.subscriber;
    this.#version = options.version;
    this.#logger = options.logger;
    this.#onEnd = options.onEnd;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Everything up to here has been delivered. */
  get version(): number {
    return this.#version;
  }

  /** `version` is the batch's resourceVersion. A batch that was delivered before is skipped. */
  deliver(batch: StoreEventBatch, version: number): void {
    if (!this.#open || version <= this.#version) return;
    this.#version = version;
    try {
      this.#subscriber.onBatch(batch);
    } catch (error) {
      // It may have lost a part of the batch, so its stream must not go on as if nothing had happened.
      this.#logger.error('a subscriber failed and is closed', { error: toError(error) });
      this.close(toError(error));
    }
  }

  close(error: Error): void {
    if (!this.#open) return;
    this.stop();
    try {
      this.#subscriber.onClose(error);
    } catch (thrown) {
      // Ignored but logged: it is closed already, and the others must still be served.
      this.#logger.error('a subscriber failed while it was closed', { error: toError(thrown) });
    }
  }

  stop(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onEnd(this);
  }
}
