import type {
  ResourceCache,
  StoreEvent,
  StoreEventBatch,
  Subscription,
} from '../../src/store/store.ts';
import type { RecordedWatch, WatchResponse, WatchSession } from './watch-guarantees.ts';

/** How {@link WatchRecorder} names an object, here and in the log. */
export function watchKey({ key }: Pick<StoreEvent, 'key'>): string {
  return `${key.resource} ${key.namespace}/${key.name}`;
}

interface OpenSession extends WatchSession {
  readonly responses: WatchResponse[];
}

/** A watcher that writes down all it receives, and that can be disconnected and resume. */
export class WatchRecorder {
  readonly name: string;
  readonly #sessions: OpenSession[] = [];
  #version: number;
  #subscription: Subscription | undefined;
  /** Why the stream ended, if it did not end by our own doing. */
  closedWith: Error | undefined;

  constructor(name: string, afterVersion: string) {
    this.name = name;
    this.#version = Number(afterVersion);
  }

  /** Everything up to here has been received. */
  get version(): number {
    return this.#version;
  }

  get isConnected(): boolean {
    return this.#subscription !== undefined;
  }

  get recorded(): RecordedWatch {
    return { name: this.name, sessions: this.#sessions };
  }

  get eventCount(): number {
    const responses = this.#sessions.flatMap((session) => session.responses);
    return responses.filter(({ kind }) => kind === 'event').length;
  }

  /** Watches on from where it is. */
  async connect(cache: ResourceCache): Promise<void> {
    const session: OpenSession = { afterVersion: this.#version, responses: [] };
    this.#sessions.push(session);
    this.#subscription = await cache.subscribe({
      afterResourceVersion: String(this.#version),
      subscriber: {
        onBatch: (batch) => this.#record(session, batch),
        onClose: (error) => {
          this.closedWith = error;
          this.#subscription = undefined;
        },
      },
    });
  }

  disconnect(): void {
    this.#subscription?.stop();
    this.#subscription = undefined;
  }

  #record(session: OpenSession, { events, resourceVersion }: StoreEventBatch): void {
    for (const event of events) {
      const previous = event.previous?.metadata.resourceVersion;
      session.responses.push({
        kind: 'event',
        type: event.type,
        key: watchKey(event),
        version: Number(event.resourceVersion),
        previousVersion: previous === undefined ? undefined : Number(previous),
      });
    }
    this.#version = Number(resourceVersion);
    session.responses.push({ kind: 'bookmark', version: this.#version });
  }
}
