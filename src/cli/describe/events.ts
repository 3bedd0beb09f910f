import { humanDuration } from '../../scheme/duration.ts';
import type { EventFactsFragment } from '../generated/operations.ts';
import { compareTexts } from '../output/compare.ts';
import type { Description } from './description.ts';

/** The end of every description: what happened, the oldest first. */
export function describeEvents(
  description: Description,
  events: readonly EventFactsFragment[] | null | undefined,
  nowMs: number,
): void {
  if (!events || events.length === 0) {
    description.line(0, 'Events:', '<none>');
    return;
  }
  description.line(0, 'Events:').line(1, 'Type', 'Reason', 'Age', 'From', 'Message');
  description.line(1, '----', '------', '----', '----', '-------');
  const sorted = [...events].sort((a, b) => compareTexts(lastTime(a), lastTime(b)));
  for (const event of sorted) {
    const source = event.source?.component || event.reportingComponent || '';
    const message = (event.message ?? '').trim();
    description.line(
      1,
      event.type ?? '',
      event.reason ?? '',
      interval(event, nowMs),
      source,
      message,
    );
  }
}

function lastTime({
  series,
  lastTimestamp,
  eventTime,
  firstTimestamp,
}: EventFactsFragment): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? '';
}

/** `10s`, or `10s (x3 over 5m)` of what happened several times. */
function interval(event: EventFactsFragment, nowMs: number): string {
  const first = event.firstTimestamp ?? event.eventTime;
  const count = event.series?.count ?? event.count ?? 1;
  const latest = since(lastTime(event), nowMs);
  return count > 1 ? `${latest} (x${count} over ${since(first, nowMs)})` : latest;
}

function since(timestamp: string | null | undefined, nowMs: number): string {
  return timestamp ? humanDuration(nowMs - Date.parse(timestamp)) : '<unknown>';
}
