import { CelEvaluationError } from '../errors.ts';

/** They are large; who needs more zones than these pays for making them again. */
const MAX_FORMATTERS = 100;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The date whose UTC parts read as the time does in `zone`: a name, or an offset such as `+02:00`. @throws {CelEvaluationError} */
export function inZone(millis: number, zone: string): Date {
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (!offset) return new Date(millis + zoneOffsetMs(millis, zone));
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return new Date(millis + (offset[1] === '-' ? -minutes : minutes) * 60_000);
}

function zoneOffsetMs(millis: number, zone: string): number {
  const local = formatterOf(zone).format(new Date(millis));
  return Date.parse(`${local.replace(' ', 'T')}Z`) - Math.floor(millis / 1000) * 1000;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  try {
    const fresh = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(zone, fresh);
    return fresh;
  } catch {
    throw new CelEvaluationError(`unknown time zone ${zone}`);
  }
}
