import type { StoreEvent } from '../store.ts';
import type { SubscriberStream } from './subscriber-stream.ts';

/** Enough to be quick, few enough to decode without holding up everyone else. */
const PAGE_EVENTS = 500;

/** The log of one resource in PostgreSQL, for what memory has forgotten. */
export interface ReplayLog {
  /** @throws Expired when `version` is past retention */
  assertRetained(version: number): Promise<void>;
  /** Events after one version up to another, in order, at most `limit`, with what they replaced. */
  read(range: { after: number; upTo: number; limit: number }): Promise<StoreEvent[]>;
}

/**
 * Delivers the next page of what the log holds to a stream that starts in the past, up to `upTo` at most.
 *
 * Retention is checked after the page was read: compaction raises its mark before it drops anything, so a page that missed
 * a dropped revision is always recognised.
 */
export async function replayPage(
  stream: SubscriberStream,
  log: ReplayLog,
  upTo: number,
): Promise<void> {
  const after = stream.version;
  const events = await log.read({ after, upTo, limit: PAGE_EVENTS });
  await log.assertRetained(after);
  const isFull = events.length === PAGE_EVENTS;
  const reached = isFull ? (events[events.length - 1] as StoreEvent).resourceVersion : String(upTo);
  stream.deliver({ events, resourceVersion: reached }, Number(reached));
}
