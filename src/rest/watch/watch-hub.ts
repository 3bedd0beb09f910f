import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Encoder } from '../content/encoder.ts';
import { EventTexts } from './event-texts.ts';
import type { WatchStream } from './watch-stream.ts';

interface SharedTexts {
  readonly texts: EventTexts;
  watchers: number;
}

/** The watches that are open, and what those share that asked for the same encoding of the same resource. */
export class WatchHub {
  readonly #streams = new Set<WatchStream>();
  /** By definition: a resource that is served anew is another one. */
  readonly #shared = new Map<ResourceDefinition, Map<string, SharedTexts>>();

  /** How many watches are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** The texts that watchers of this encoding share, until the returned function has been called for each. */
  share(
    definition: ResourceDefinition,
    encoder: Encoder,
  ): { readonly texts: EventTexts; readonly release: () => void } {
    const byKey = this.#shared.get(definition) ?? new Map<string, SharedTexts>();
    const shared = byKey.get(encoder.key) ?? { texts: new EventTexts(encoder), watchers: 0 };
    this.#shared.set(definition, byKey);
    byKey.set(encoder.key, shared);
    shared.watchers++;
    const release = (): void => {
      if (--shared.watchers > 0) return;
      byKey.delete(encoder.key);
      if (byKey.size === 0) this.#shared.delete(definition);
    };
    return { texts: shared.texts, release };
  }

  add(stream: WatchStream): void {
    this.#streams.add(stream);
  }

  remove(stream: WatchStream): void {
    this.#streams.delete(stream);
  }

  /** Ends every watch: the server stops. */
  stop(): void {
    for (const stream of [...this.#streams]) stream.end();
  }
}
