import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CronSchedule, parseCronSchedule } from '../../../src/scheme/cron-schedule.ts';
import { nextCronTime } from '../../../src/scheme/cron-times.ts';
import { fromWallTime, toWallTime, toZonedRfc3339 } from '../../../src/scheme/time-zone.ts';

function schedule(text: string): CronSchedule {
  const parsed = parseCronSchedule(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

/** The first `count` times after `from`, as clocks in the zone show them. */
function timesAfter(text: string, from: string, count: number, zone = 'UTC'): string[] {
  const times: string[] = [];
  let afterMs = Date.parse(from);
  for (let index = 0; index < count; index++) {
    const nextMs = nextCronTime(schedule(text), afterMs, zone);
    if (nextMs === undefined) break;
    times.push(toZonedRfc3339(nextMs, zone));
    afterMs = nextMs;
  }
  return times;
}

describe('the times of a schedule', () => {
  test.each<[text: string, from: string, ...times: string[]]>([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z'],
    ['* * * * *', '2026-01-01T00:00:59Z', '2026-01-01T00:01:00Z'],
    ['*/15 * * * *', '2026-01-01T00:50:00Z', '2026-01-01T01:00:00Z', '2026-01-01T01:15:00Z'],
    [
      '5-10/2 * * * *',
      '2026-01-01T00:06:00Z',
      '2026-01-01T00:07:00Z',
      '2026-01-01T00:09:00Z',
      '2026-01-01T01:05:00Z',
    ],
    [
      '50/5 * * * *',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:50:00Z',
      '2026-01-01T00:55:00Z',
      '2026-01-01T01:50:00Z',
    ],
    ['0 0 1 * *', '2026-01-15T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['0 0 31 * *', '2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    [
      '30 4 1,15 * 5',
      '2026-01-01T05:00:00Z',
      '2026-01-02T04:30:00Z',
      '2026-01-09T04:30:00Z',
      '2026-01-15T04:30:00Z',
    ],
    ['0 12 */2 * mon', '2026-01-01T13:00:00Z', '2026-01-03T12:00:00Z', '2026-01-05T12:00:00Z'],
    ['0 9 * * mon-fri', '2026-01-02T10:00:00Z', '2026-01-05T09:00:00Z', '2026-01-06T09:00:00Z'],
    ['0 0 * jan,JUL sun', '2026-01-26T00:00:00Z', '2026-07-05T00:00:00Z', '2026-07-12T00:00:00Z'],
    ['@hourly', '2026-01-01T23:30:00Z', '2026-01-02T00:00:00Z'],
    ['@daily', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['@midnight', '2026-12-31T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
    ['@monthly', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['@yearly', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['@annually', '2025-06-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['@every 90s', '2026-01-01T00:00:10Z', '2026-01-01T00:01:40Z', '2026-01-01T00:03:10Z'],
    ['0 0 31 2 *', '2026-01-01T00:00:00Z'],
  ])('%s after %s', (text, from, ...times) => {
    expect(timesAfter(text, from, Math.max(1, times.length))).toEqual(times);
  });

  test.each<[name: string, text: string, zone: string, from: string, ...times: string[]]>([
    [
      'of a zone without summer time',
      '30 9 * * *',
      'Asia/Kolkata',
      '2026-01-01T00:00:00Z',
      '2026-01-01T09:30:00+05:30',
      '2026-01-02T09:30:00+05:30',
    ],
    [
      'that are left out where clocks are put forward over them',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T00:00:00Z',
      '2026-03-28T02:30:00+01:00',
      '2026-03-30T02:30:00+02:00',
    ],
    [
      'that come twice where clocks are put back',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T22:00:00Z',
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:30:00+01:00',
      '2026-10-26T02:30:00+01:00',
    ],
    [
      'of each hour, of which a day in spring has 23',
      '0 * * * *',
      'America/New_York',
      '2026-03-08T05:30:00Z',
      '2026-03-08T01:00:00-05:00',
      '2026-03-08T03:00:00-04:00',
    ],
    [
      'of a day that begins an hour late',
      '0 1 * * *',
      'Africa/Cairo',
      '2026-04-23T20:00:00Z',
      '2026-04-24T01:00:00+03:00',
      '2026-04-25T01:00:00+03:00',
    ],
  ])('are those of its zone: %s', (_, text, zone, from, ...times) => {
    expect(timesAfter(text, from, times.length, zone)).toEqual(times);
  });

  test('are those of the zone that the schedule itself names', () => {
    const nextMs = nextCronTime(schedule('CRON_TZ=Asia/Tokyo 0 9 * * *'), Date.UTC(2026, 0, 1));
    expect(nextMs).toBe(Date.UTC(2026, 0, 2));
  });

  const field = (min: number, max: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    );
  const anySchedule = fc
    .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  const anyZone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
  );
  const anyTime = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) });

  /** Whether clocks show a time of the schedule, field by field. */
  function fits(text: string, epochMs: number, zone: string): boolean {
    const parsed = schedule(text);
    if (parsed.kind !== 'fields') return false;
    const [minutes, hours, days, months, weekdays] = parsed.fields;
    const wall = new Date(toWallTime(epochMs, zone));
    const day = days.values.has(wall.getUTCDate());
    const weekday = weekdays.values.has(wall.getUTCDay());
    return (
      minutes.values.has(wall.getUTCMinutes()) &&
      hours.values.has(wall.getUTCHours()) &&
      months.values.has(wall.getUTCMonth() + 1) &&
      (days.isOpen || weekdays.isOpen ? day && weekday : day || weekday)
    );
  }

  test('fit the schedule, are later than what they follow, and leave out none before them', () => {
    fc.assert(
      fc.property(anySchedule, anyZone, anyTime, (text, zone, afterMs) => {
        const nextMs = nextCronTime(schedule(text), afterMs, zone);
        if (nextMs === undefined) return;
        expect(nextMs).toBeGreaterThan(afterMs);
        expect(nextMs % 60_000).toBe(0);
        expect(fits(text, nextMs, zone)).toBe(true);
        // The law holds for as far as it is cheap to try every minute.
        const firstMs = Math.floor(afterMs / 60_000) * 60_000 + 60_000;
        for (let ms = firstMs; ms < Math.min(nextMs, firstMs + 600 * 60_000); ms += 60_000) {
          expect([text, zone, ms, fits(text, ms, zone)]).toEqual([text, zone, ms, false]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of a zone are the same moment seen both ways', () => {
    fc.assert(
      fc.property(anyZone, anyTime, (zone, time) => {
        const epochMs = Math.floor(time / 60_000) * 60_000;
        const wallMs = toWallTime(epochMs, zone);
        expect(toWallTime(fromWallTime(wallMs, zone), zone)).toBe(wallMs);
      }),
    );
  });
});
