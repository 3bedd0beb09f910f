import { LRUCache } from 'lru-cache';

/** So many notes of one kind about one object, in other words each, have Events of their own; the further ones share one. */
export const MAX_DISTINCT_MESSAGES = 9;
/** A group that was quiet for longer than this begins anew. */
export const AGGREGATION_INTERVAL_MS = 600_000;

interface Group {
  readonly messages: string[];
  lastMs: number;
}

/**
 * Notes that differ in nothing but their message are a group. Ten messages of one group within ten minutes are more than
 * people can tell apart: from the tenth on they are combined into one Event.
 * @see https://pkg.go.dev/k8s.io/client-go/tools/record#EventAggregator
 */
export class EventAggregator {
  readonly #groups: LRUCache<string, Group>;

  /** @param maxGroups The longest unheard one is forgotten first. */
  constructor(maxGroups: number) {
    this.#groups = new LRUCache({ max: maxGroups });
  }

  /** Whether a note of `group` is to be combined with the others of it. The first messages keep the Events that they have. */
  combines(group: string, message: string, nowMs: number): boolean {
    const known = this.#groups.get(group);
    if (!known || nowMs - known.lastMs > AGGREGATION_INTERVAL_MS) {
      this.#groups.set(group, { messages: [message], lastMs: nowMs });
      return false;
    }
    known.lastMs = nowMs;
    if (known.messages.includes(message)) return false;
    if (known.messages.length >= MAX_DISTINCT_MESSAGES) return true;
    known.messages.push(message);
    return false;
  }
}
