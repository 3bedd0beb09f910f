export const UTC = 'UTC';

/** What the runtime knows of a zone; null for a name that it does not know. */
const formats = new Map<string, Intl.DateTimeFormat | null>();
/** More distinct names than there are time zones come only from a fuzzer: the memory starts afresh. */
const MAX_KNOWN = 1000;

/** Why the text names no time zone; undefined when it does. */
export function timeZoneProblem(name: string): string | undefined {
  return formatOf(name) ? undefined : `unknown time zone ${name}`;
}

function formatOf(name: string): Intl.DateTimeFormat | null {
  const known = formats.get(name);
  if (known !== undefined) return known;
  if (formats.size >= MAX_KNOWN) formats.clear();
  const format = createFormat(name);
  formats.set(name, format);
  return format;
}

function createFormat(name: string): Intl.DateTimeFormat | null {
  // The runtime also knows offsets (`+01:00`), which have no name.
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // Ignored: that is how the runtime says no.
    return null;
  }
}

/**
 * What clocks in the zone show at `epochMs`, as the milliseconds at which those in UTC show the same. Whole seconds; UTC for
 * a zone that there is not.
 */
export function toWallTime(epochMs: number, zone: string): number {
  const format = zone === UTC ? null : formatOf(zone);
  const wholeMs = Math.floor(epochMs / 1_000) * 1_000;
  if (!format) return wholeMs;
  const parts = new Map(format.formatToParts(wholeMs).map(({ type, value }) => [type, +value]));
  const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(
    get('year'),
    get('month') - 1,
    get('day'),
    get('hour'),
    get('minute'),
    get('second'),
  );
}

/** When clocks in the zone show `wallMs`: the first time, where they show it twice; close to it, where they never do. */
export function fromWallTime(wallMs: number, zone: string): number {
  const guessMs = wallMs - offsetMs(wallMs, zone);
  return wallMs - offsetMs(guessMs, zone);
}

function offsetMs(epochMs: number, zone: string): number {
  return toWallTime(epochMs, zone) - Math.floor(epochMs / 1_000) * 1_000;
}

/** RFC 3339 with whole seconds and the zone's offset: `2026-03-01T09:00:00+01:00`; `Z` where there is none. */
export function toZonedRfc3339(epochMs: number, zone: string): string {
  const wall = new Date(toWallTime(epochMs, zone)).toISOString().slice(0, 19);
  const minutes = Math.round(offsetMs(epochMs, zone) / 60_000);
  if (minutes === 0) return `${wall}Z`;
  const two = (number: number): string => String(number).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${wall}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
