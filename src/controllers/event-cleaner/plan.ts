/** Which Events have been told for long enough. Pure; times in milliseconds since the Unix epoch. */
import type { Event } from '../../scheme/generated/types/core-v1.ts';
import { lastSeen } from '../../scheme/groups/core/event.ts';

export interface EventSweep {
  readonly expired: readonly Event[];
  /** When the next of those that stay expires; undefined when none stays. */
  readonly nextMs: number | undefined;
}

/** Those that have not been seen for `ttlMs`. What is seen again lives on. */
export function planSweep(events: Iterable<Event>, nowMs: number, ttlMs: number): EventSweep {
  const expired: Event[] = [];
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const seenMs = lastSeenMs(event);
    if (seenMs + ttlMs <= nowMs) expired.push(event);
    else oldestMs = Math.min(oldestMs, seenMs);
  }
  return { expired, nextMs: Number.isFinite(oldestMs) ? oldestMs + ttlMs : undefined };
}

/** An Event that says no time it can be read by is as old as its object. */
function lastSeenMs(event: Event): number {
  const seen = Date.parse(lastSeen(event) ?? '');
  const created = Date.parse(event.metadata.creationTimestamp ?? '');
  return Number.isNaN(seen) ? created : Math.max(seen, Number.isNaN(created) ? seen : created);
}
