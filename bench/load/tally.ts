import { LatencyHistogram } from '../statistics.ts';
import { monotonicUs } from './monotonic-clock.ts';

export interface SubscribersAnswer {
  /** Changes that the subscription got that has the fewest; those sent as a warm-up are not counted. */
  readonly fewest: number;
  readonly total: number;
  /** How many subscriptions have got anything at all. */
  readonly awake: number;
  /** Events that came twice or before an earlier one. */
  readonly disordered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly closed: readonly string[];
}

const VERSION = Buffer.from('"resourceVersion":"');
/** Set by the writer in each change; 0 in a warm-up. */
const SENT_AT = Buffer.from('"sentAtUs":"');
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** What many subscriptions have got, and how long after it was sent. */
export class Tally {
  readonly #latencies = new LatencyHistogram();
  /** By subscription. */
  readonly #received: Uint32Array;
  readonly #lastVersion: Float64Array;
  readonly #isAwake: Uint8Array;
  #disordered = 0;

  constructor(subscriptions: number) {
    this.#received = new Uint32Array(subscriptions);
    this.#lastVersion = new Float64Array(subscriptions);
    this.#isAwake = new Uint8Array(subscriptions);
  }

  /** Counts the event that begins at `start`. */
  take(subscription: number, buffer: Buffer, start: number): void {
    const version = numberAfter(buffer, VERSION, start);
    const sentAtUs = numberAfter(buffer, SENT_AT, start);
    this.#isAwake[subscription] = 1;
    if (version <= (this.#lastVersion[subscription] as number)) this.#disordered++;
    this.#lastVersion[subscription] = version;
    if (sentAtUs === 0) return;
    this.#received[subscription] = (this.#received[subscription] as number) + 1;
    this.#latencies.add((monotonicUs() - sentAtUs) / 1_000);
  }

  look(closed: readonly string[]): SubscribersAnswer {
    const received = this.#received;
    return {
      fewest: Math.min(...received),
      total: received.reduce((sum, count) => sum + count, 0),
      awake: this.#isAwake.reduce((sum, awake) => sum + awake, 0),
      disordered: this.#disordered,
      p50Ms: this.#latencies.percentile(0.5),
      p99Ms: this.#latencies.percentile(0.99),
      maxMs: this.#latencies.maxMs,
      closed,
    };
  }
}

/** The digits behind the first `key` at or after `start`. */
export function numberAfter(buffer: Buffer, key: Buffer, start: number): number {
  const at = buffer.indexOf(key, start);
  if (at < 0) throw new Error(`a message without ${key}: ${buffer.toString('utf8', start)}`);
  let value = 0;
  for (let i = at + key.length; ; i++) {
    const byte = buffer[i] as number;
    if (!(byte >= DIGIT_0 && byte <= DIGIT_9)) return value;
    value = value * 10 + byte - DIGIT_0;
  }
}
