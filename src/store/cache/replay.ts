import type { StoreEvent } from '../store.ts';
import type { SubscriberStream } from './subscriber-stream.ts';

/** Versions a page: enough to be quick, few enough to decode without holding up everyone else. */
const PAGE_VERSIONS = 1_000;

/** The log of one resource in PostgreSQL, for what memory has forgotten. */
export interface ReplayLog {
  /** @throws Expired when `version` is past retention */
  assertRetained(version: number): Promise<void>;
  /** Events after one version up to another, in order, with what they replaced. */
  read(range: { after: number; upTo: number }): Promise<StoreEvent[]>;
}

/**
 * Delivers the next page of what the log holds to a stream that starts in the past, up to `end` at most.
 *
 * Retention is checked after the page was read: compaction raises its mark before it drops anything, so a page that missed
 * a dropped revision is always recognised.
 */
export async function replayPage(
  stream: SubscriberStream,
  log: ReplayLog,
  end: number,
): Promise<void> {
  const after = stream.version;
  const upTo = Math.min(end, after + PAGE_VERSIONS);
  const events = await log.read({ after, upTo });
  await log.assertRetained(after);
  stream.deliver({ events, resourceVersion: String(upTo) }, upTo);
}
