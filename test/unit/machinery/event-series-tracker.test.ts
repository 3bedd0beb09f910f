import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type EventReporter,
  SeriesEvent,
  toRegarding,
} from '../../../src/machinery/event-draft.ts';
import type { ActionNote, EventClient } from '../../../src/machinery/event-recorder.ts';
import { EventSeriesTracker, FINISH_MS } from '../../../src/machinery/event-series-tracker.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { buildPod } from '../../support/builders.ts';

const client = {} as EventClient;
const SCHEDULER: EventReporter = {
  controller: 'default-scheduler',
  instance: 'default-scheduler-machine-1',
};
const POD = buildPod({ name: 'web-1' });
const NOTE: ActionNote = {
  type: 'Warning',
  reason: 'FailedScheduling',
  action: 'Scheduling',
  message: '0/3 nodes are available',
};

interface Told extends Partial<ActionNote> {
  object?: ApiObject;
  reporter?: EventReporter;
  atMs?: number;
}

/** A tracker whose writes succeed at once; `writes` has the count of each. */
function setUp(maxSeries?: number) {
  const writes: number[] = [];
  const written = new Set<SeriesEvent>();
  const tracker = new EventSeriesTracker({
    ...(maxSeries === undefined ? {} : { maxSeries }),
    write: (series) => {
      writes.push(series.count);
      written.add(series);
      series.writtenCount = series.count;
    },
  });
  const tell = ({ atMs = 0, object = POD, reporter = SCHEDULER, ...note }: Told = {}): void =>
    tracker.observe({ client, reporter }, object, { ...NOTE, ...note }, atMs);
  /** Time passes up to `untilMs`, with a look whenever one is due. */
  let lookedMs = 0;
  const look = (untilMs: number): void => {
    for (; lookedMs + FINISH_MS <= untilMs; lookedMs += FINISH_MS)
      tracker.look(lookedMs + FINISH_MS);
  };
  return { look, tell, tracker, writes, written };
}

describe('a series', () => {
  test('is written when it begins and when it repeats; then its count waits', () => {
    const { tell, writes, written } = setUp();
    for (let i = 0; i < 10; i++) tell({ atMs: i * 1_000 });
    expect(writes).toEqual([1, 2]);
    expect([...written]).toEqual([expect.objectContaining({ count: 10, lastMs: 9_000 })]);
  });

  test('is written for the last time when nothing was heard of it for six minutes', () => {
    const { look, tell, tracker, writes } = setUp();
    for (let i = 0; i < 10; i++) tell({ atMs: 1_000 });
    look(FINISH_MS);
    expect(writes).toEqual([1, 2]);
    look(2 * FINISH_MS);
    expect(writes).toEqual([1, 2, 10]);
    expect(tracker.size).toBe(0);
    tell({ atMs: 2 * FINISH_MS });
    expect(writes).toEqual([1, 2, 10, 1]);
  });

  test('that goes on is written every half hour', () => {
    const { look, tell, writes } = setUp();
    for (let minute = 0; minute <= 60; minute++) {
      look(minute * 60_000);
      tell({ atMs: minute * 60_000 });
    }
    expect(writes).toEqual([1, 2, 30, 60]);
  });

  test('of one or two has nothing more to be written', () => {
    const { look, tell, tracker, writes } = setUp();
    tell();
    tell({ object: buildPod({ name: 'web-2' }) });
    tell();
    look(2 * FINISH_MS);
    expect(writes).toEqual([1, 1, 2]);
    expect(tracker.size).toBe(0);
  });

  test('that is forced out by others is written with its count', () => {
    const { tell, tracker, writes } = setUp(2);
    for (let i = 0; i < 5; i++) tell();
    for (const name of ['web-2', 'web-3']) tell({ object: buildPod({ name }) });
    expect(writes).toEqual([1, 2, 1, 5, 1]);
    expect(tracker.size).toBe(2);
  });

  test('has one Event whatever its messages say', () => {
    const { tell, written } = setUp();
    tell();
    tell({ message: '0/4 nodes are available' });
    expect([...written].map(({ count, note }) => [count, note.message])).toEqual([
      [2, NOTE.message],
    ]);
  });

  test.each<[string, Told]>([
    ['reason', { reason: 'Scheduled' }],
    ['type', { type: 'Normal' }],
    ['action', { action: 'Binding' }],
    ['reporter', { reporter: { ...SCHEDULER, controller: 'batch-scheduler' } }],
    ['instance', { reporter: { ...SCHEDULER, instance: 'default-scheduler-machine-2' } }],
    ['object', { object: buildPod({ name: 'web-2' }) }],
    [
      'state of the object',
      { object: { ...POD, metadata: { ...POD.metadata, resourceVersion: '2' } } },
    ],
    ['related object', { related: buildPod({ name: 'web-2' }) }],
  ])('ends at another %s', (_, other) => {
    const { tell, writes } = setUp();
    tell();
    tell(other);
    expect(writes).toEqual([1, 1]);
  });

  test('loses no count, however it goes', () => {
    const step = fc.record({
      pod: fc.nat(3),
      waitedMs: fc.constantFrom(0, 1_000, 60_000, FINISH_MS, 2 * FINISH_MS),
    });
    const pods = [0, 1, 2, 3].map((index) => buildPod({ name: `web-${index}` }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { look, tell, written } = setUp(3);
        let atMs = 0;
        for (const { pod, waitedMs } of steps) {
          atMs += waitedMs;
          look(atMs);
          tell({ object: pods[pod] as ApiObject, atMs });
        }
        look(atMs + 3 * FINISH_MS);
        const counted = [...written].reduce((sum, { writtenCount }) => sum + writtenCount, 0);
        expect(counted).toBe(steps.length);
      }),
    );
  });
});

describe('an Event in the form of events.k8s.io', () => {
  const draft = (note: Partial<ActionNote> = {}, reporter = SCHEDULER): SeriesEvent =>
    new SeriesEvent({
      client,
      reporter,
      regarding: toRegarding(POD),
      note: { ...NOTE, ...note },
      nowMs: 0,
    });

  test('of what happened once has no series', () => {
    const event = draft();
    event.count = 1;
    expect(event.content()).not.toHaveProperty('series');
  });

  test('says no more than such an Event may say', () => {
    const event = draft(
      { message: 'x'.repeat(2_000) },
      { controller: 'default-scheduler', instance: `default-scheduler-${'m'.repeat(200)}` },
    );
    const { message, reportingInstance } = event.content();
    expect(message).toBe(`${'x'.repeat(1_020)} ...`);
    expect(reportingInstance).toHaveLength(128);
  });
});
