const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: MINUTE_MS,
  h: HOUR_MS,
};

const ONE_PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Reads a duration as Go writes it (`1h30m`, `1.5s`, `-250ms`, `0`) in milliseconds; undefined when it is none. */
export function parseGoDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = /^[-+]/.test(text) ? text.slice(1) : text;
  if (body === '0') return 0;
  if (body === '') return undefined;
  let totalMs = 0;
  let position = 0;
  while (position < body.length) {
    ONE_PART.lastIndex = position;
    const part = ONE_PART.exec(body);
    if (!part) return undefined;
    totalMs += Number(part[1]) * (UNIT_MS[part[2] as string] as number);
    position = ONE_PART.lastIndex;
  }
  return sign * totalMs;
}

/** Writes a duration as Go does: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  const sign = durationMs < 0 ? '-' : '';
  const magnitude = Math.abs(durationMs);
  if (magnitude < 1000) return `${sign}${magnitude}ms`;
  const hours = Math.floor(magnitude / HOUR_MS);
  const minutes = Math.floor((magnitude % HOUR_MS) / MINUTE_MS);
  const seconds = Math.round(magnitude % MINUTE_MS) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** `<large><unit>` and, unless it is nothing, `<small><unit>`: `5m12s`, `3d`. */
function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/**
 * An age as kubectl prints it, with at most two units: `45s`, `5m12s`, `3d4h`, `2y`. Clocks differ: up to a second in
 * the future is `0s`, more is `<invalid>`.
 */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  const minutes = Math.floor(seconds / MINUTE);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % 60, 's');
  if (seconds < 3 * HOUR) return `${minutes}m`;
  const hours = Math.floor(seconds / HOUR);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (seconds < 2 * DAY) return `${hours}h`;
  const days = Math.floor(seconds / DAY);
  if (days < 8) return twoUnits(days, 'd', hours % 24, 'h');
  if (seconds < 2 * YEAR) return `${days}d`;
  const years = Math.floor(seconds / YEAR);
  return years < 8 ? twoUnits(years, 'y', days % 365, 'd') : `${years}y`;
}

/** The time since `timestamp` (RFC 3339) as kubectl prints it; `<unknown>` when there is none. */
export function ageSince(timestamp: string | undefined, nowMs: number): string {
  if (!timestamp) return '<unknown>';
  return humanDuration(nowMs - Date.parse(timestamp));
}
