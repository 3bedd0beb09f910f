import type { ApiClient } from '../../apiserver/client.ts';
import type { WatchPlan } from '../schema/subscription-fields.ts';
import { EventEncoder, type EventEncoderOptions } from './event-encoder.ts';
import { EventStream, type StreamMember } from './event-stream.ts';

/** A subscription that is ready to run. */
export interface Subscription extends EventEncoderOptions {
  /** Subscriptions of one key differ in nothing but where they start. */
  readonly key: string;
  readonly client: ApiClient;
  readonly plan: WatchPlan;
}

export interface SubscriptionHandle {
  stop(): void;
}

/**
 * Runs subscriptions so that those of one key share the execution and encoding of each event and, as soon as they are at
 * the same place, the watch itself. Cost grows with distinct subscriptions, not with subscribers.
 */
export class SubscriptionHub {
  readonly #groups = new Map<string, SubscriptionGroup>();

  /** How many watches are open, and for how many distinct subscriptions. */
  get size(): { readonly groups: number; readonly streams: number } {
    let streams = 0;
    for (const group of this.#groups.values()) streams += group.size;
    return { groups: this.#groups.size, streams };
  }

  /** Starts `subscription` for `member`. Rejects when it cannot start (Forbidden, Expired, BadRequest). */
  async subscribe(subscription: Subscription, member: StreamMember): Promise<SubscriptionHandle> {
    let group = this.#groups.get(subscription.key);
    if (!group) {
      group = new SubscriptionGroup(subscription, () => this.#groups.delete(subscription.key));
      this.#groups.set(subscription.key, group);
    }
    return group.subscribe(subscription, member);
  }
}

/** The streams of one subscription: one that leads, and those that have not caught up with it. */
class SubscriptionGroup {
  readonly #encoder: EventEncoder;
  readonly #onEmpty: () => void;
  readonly #streamOf = new Map<StreamMember, EventStream>();
  readonly #streams = new Set<EventStream>();
  #leader: EventStream | undefined;
  readonly #behind = new Set<EventStream>();

  constructor(subscription: Subscription, onEmpty: () => void) {
    this.#encoder = new EventEncoder(subscription);
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#streams.size;
  }

  async subscribe(
    { client, plan }: Subscription,
    member: StreamMember,
  ): Promise<SubscriptionHandle> {
    const stream = new EventStream({
      client,
      plan,
      encoder: this.#encoder,
      onAdvance: (advanced) => this.#join(advanced),
      onEnd: (ended) => this.#forget(ended),
    });
    stream.members.add(member);
    this.#streamOf.set(member, stream);
    this.#streams.add(stream);
    if (this.#leader) this.#behind.add(stream);
    else this.#leader = stream;
    try {
      await stream.start();
    } catch (error) {
      this.#leave(member);
      throw error;
    }
    return { stop: () => this.#leave(member) };
  }

  /** Brings together the streams that are at the same place as `advanced`. */
  #join(advanced: EventStream): void {
    const leader = this.#leader;
    if (!leader) return;
    if (advanced !== leader) {
      if (advanced.lastChange !== undefined && advanced.lastChange === leader.lastChange) {
        this.#merge(advanced, leader);
      }
      return;
    }
    for (const stream of this.#behind) {
      if (stream.lastChange !== undefined && stream.lastChange === leader.lastChange) {
        this.#merge(stream, leader);
      }
    }
  }

  #merge(from: EventStream, into: EventStream): void {
    for (const member of from.members) {
      into.members.add(member);
      this.#streamOf.set(member, into);
    }
    from.members.clear();
    from.stop();
  }

  #leave(member: StreamMember): void {
    const stream = this.#streamOf.get(member);
    if (!stream) return;
    this.#streamOf.delete(member);
    stream.members.delete(member);
    if (stream.members.size === 0) stream.stop();
  }

  #forget(stream: EventStream): void {
    for (const member of stream.members) this.#streamOf.delete(member);
    this.#streams.delete(stream);
    this.#behind.delete(stream);
    if (this.#leader === stream) {
      // Whoever leads next need not be ahead of the others: they meet it at its next change.
      const [next] = this.#behind;
      this.#leader = next;
      if (next) this.#behind.delete(next);
    }
    if (this.#streams.size === 0) this.#onEmpty();
  }
}
