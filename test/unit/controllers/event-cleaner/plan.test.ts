import { expect, test } from '@jest/globals';
import { planSweep } from '../../../../src/controllers/event-cleaner/plan.ts';
import type { Event } from '../../../../src/scheme/generated/types/core-v1.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-01-01T12:00:00Z');
const at = (time: string): string => `2026-01-01T${time}Z`;

const event = (parts: Partial<Event>, creationTimestamp = at('09:00:00')): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'default', creationTimestamp },
  involvedObject: {},
  ...parts,
});

const CASES: readonly [title: string, Event, boolean][] = [
  ['that was last seen an hour ago', event({ lastTimestamp: at('11:00:00') }), true],
  ['that was last seen a second later', event({ lastTimestamp: at('11:00:01') }), false],
  [
    'whose series goes on',
    event({
      eventTime: at('09:00:00.000000'),
      series: { count: 2, lastObservedTime: at('11:30:00.000000') },
    }),
    false,
  ],
  [
    'whose series has ended',
    event({
      eventTime: at('09:00:00.000000'),
      series: { count: 2, lastObservedTime: at('10:00:00.000000') },
    }),
    true,
  ],
  ['that happened once', event({ eventTime: at('10:59:00.000000') }), true],
  ['that says no time', event({}), true],
  ['that says no time and is new', event({}, at('11:59:00')), false],
  ['that was told late', event({ lastTimestamp: at('08:00:00') }, at('11:59:00')), false],
];

test.each(CASES)('an Event %s has expired: %#', (_, one, isExpired) => {
  expect(planSweep([one], NOW, HOUR_MS).expired).toEqual(isExpired ? [one] : []);
});

test('the next look is for the oldest of those that stay', () => {
  const old = event({ lastTimestamp: at('11:10:00') });
  const young = event({ lastTimestamp: at('11:50:00') });
  const gone = event({ lastTimestamp: at('10:00:00') });
  expect(planSweep([young, old, gone], NOW, HOUR_MS)).toEqual({
    expired: [gone],
    nextMs: Date.parse(at('12:10:00')),
  });
  expect(planSweep([gone], NOW, HOUR_MS).nextMs).toBeUndefined();
});
