import type { EncodedPayload, StreamPhase } from '../../http/stream/encoded-payload.ts';
import { type SocketWriter, SubscriptionLane } from '../../http/stream/socket-writer.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { StreamMember } from './event-stream.ts';
import type { SubscriptionHandle } from './subscription-hub.ts';

/** Reason of the cause that names, in its message, the version to resume from; the store uses the same. */
export const CAUSE_RESUME_FROM = 'ResumeFrom';

export interface SubscriptionDeliveryOptions {
  readonly writer: SocketWriter;
  /** What comes before each result on this connection. */
  readonly prefix: Buffer;
  /** Called once when the subscription ends by itself: it failed, or its reader was too slow. */
  readonly onEnd: (error: Error) => void;
}

/** Brings the results of one subscription to one connection, until either of them ends. */
export class SubscriptionDelivery implements StreamMember {
  readonly #writer: SocketWriter;
  readonly #lane: SubscriptionLane;
  readonly #onEnd: (error: Error) => void;
  #handle: SubscriptionHandle | undefined;
  #isOpen = true;

  constructor({ writer, prefix, onEnd }: SubscriptionDeliveryOptions) {
    this.#writer = writer;
    this.#onEnd = onEnd;
    this.#lane = new SubscriptionLane({
      prefix,
      onOverflow: (resumeFrom) => this.#end(tooSlow(resumeFrom)),
    });
  }

  /** Takes over what ends the subscription. It may have ended already. */
  attach(handle: SubscriptionHandle): void {
    this.#handle = handle;
    if (!this.#isOpen) handle.stop();
  }

  onPayload(payload: EncodedPayload, phase: StreamPhase): void {
    if (this.#isOpen) this.#writer.write(this.#lane, payload, phase);
  }

  /** Until something is written, this is where to resume. */
  onStart(resourceVersion: string | undefined): void {
    this.#lane.resumeFrom = resourceVersion;
  }

  onClose(error: Error): void {
    this.#end(error);
  }

  /** The client wants no more. */
  stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lane.isOpen = false;
    this.#handle?.stop();
  }

  #end(error: Error): void {
    if (!this.#isOpen) return;
    this.stop();
    this.#onEnd(error);
  }
}

function tooSlow(resumeFrom: string | undefined): ApiError {
  const how =
    resumeFrom === undefined ? 'start it anew' : `watch again from resourceVersion ${resumeFrom}`;
  return new ApiError(
    'TooManyRequests',
    `the subscription was closed because its reader fell too far behind: ${how}`,
    {
      retryAfterSeconds: 1,
      ...(resumeFrom === undefined
        ? {}
        : { causes: [{ reason: CAUSE_RESUME_FROM, message: resumeFrom }] }),
    },
  );
}
