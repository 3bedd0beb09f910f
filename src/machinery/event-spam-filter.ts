import { LRUCache } from 'lru-cache';
import { TokenBucket } from '../lib/token-bucket.ts';

/** What a source may tell of one object at once. */
export const SPAM_BURST = 25;
/** After that it may tell something so often. */
export const SPAM_REFILL_MS = 300_000;

const RATE = { perSecond: 1_000 / SPAM_REFILL_MS, burst: SPAM_BURST };

/**
 * Bounds what each source may tell of each object, so that one that is broken for days costs a write in five minutes.
 * @see https://pkg.go.dev/k8s.io/client-go/tools/record#EventSourceObjectSpamFilter
 */
export class EventSpamFilter {
  readonly #buckets: LRUCache<string, TokenBucket>;

  /** @param maxSubjects Pairs of source and object that are remembered; the longest unheard one is forgotten first. */
  constructor(maxSubjects: number) {
    this.#buckets = new LRUCache({ max: maxSubjects });
  }

  /** Whether `subject` may be told of now; if so, it counts as told. */
  accepts(subject: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(subject);
    if (!bucket) {
      bucket = new TokenBucket(RATE);
      this.#buckets.set(subject, bucket);
    }
    return bucket.take(nowMs);
  }
}
