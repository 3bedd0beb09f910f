import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AGGREGATION_INTERVAL_MS,
  MAX_DISTINCT_MESSAGES,
} from '../../../src/machinery/event-aggregator.ts';
import {
  COMBINED_PREFIX,
  EventCorrelator,
  type EventOrigin,
  MAX_KNOWN_EVENTS,
} from '../../../src/machinery/event-correlator.ts';
import type { CountedEvent } from '../../../src/machinery/event-draft.ts';
import type { EventClient, EventNote } from '../../../src/machinery/event-recorder.ts';
import { SPAM_BURST, SPAM_REFILL_MS } from '../../../src/machinery/event-spam-filter.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { buildPod } from '../../support/builders.ts';

const client = {} as EventClient;
const CONTROLLER: EventOrigin = { client, source: { component: 'replicaset-controller' } };
const POD = buildPod({ name: 'web-1' });
const NOTE: EventNote = { type: 'Normal', reason: 'Created', message: 'Created pod: web-0' };

/** `observe` as the tests use it: what they do not name is always the same. */
function setUp() {
  const correlator = new EventCorrelator();
  const tell = ({
    message = NOTE.message,
    object = POD as ApiObject,
    origin = CONTROLLER,
    atMs = 0,
    ...note
  }: Partial<EventNote> & { object?: ApiObject; origin?: EventOrigin; atMs?: number } = {}) =>
    correlator.observe(origin, object, { ...NOTE, message, ...note }, atMs);
  /** The first `count` messages of one kind. */
  const tellMany = (count: number, atMs = 0): (CountedEvent | undefined)[] =>
    Array.from({ length: count }, (_, index) => tell({ message: `message ${index}`, atMs }));
  return { tell, tellMany };
}

/** The first messages since the group was last quiet. */
class FewMessages {
  readonly #messages = new Set<string>();
  #lastMs = Number.NEGATIVE_INFINITY;

  takes(message: string, atMs: number): boolean {
    if (atMs - this.#lastMs > AGGREGATION_INTERVAL_MS) this.#messages.clear();
    this.#lastMs = atMs;
    if (this.#messages.size < MAX_DISTINCT_MESSAGES) this.#messages.add(message);
    return this.#messages.has(message);
  }
}

describe('repeats', () => {
  test('are counted in one Event', () => {
    const { tell } = setUp();
    const first = tell();
    expect(tell({ atMs: 5_000 })).toBe(first);
    expect(first).toMatchObject({ count: 2, firstMs: 0, lastMs: 5_000, message: NOTE.message });
  });

  test.each<[string, Parameters<ReturnType<typeof setUp>['tell']>[0]]>([
    ['another message', { message: 'Created pod: web-2' }],
    ['another reason', { reason: 'Deleted' }],
    ['another type', { type: 'Warning' }],
    ['another part of the object', { fieldPath: 'spec.containers{sidecar}' }],
    ['another object of that name', { object: buildPod({ name: 'web-1' }) }],
    ['another kind of object', { object: { ...POD, kind: 'Node' } }],
    ['another version of the kind', { object: { ...POD, apiVersion: 'v2' } }],
    ['another component', { origin: { client, source: { component: 'kubelet' } } }],
    ['another host', { origin: { client, source: { ...CONTROLLER.source, host: 'node-1' } } }],
  ])('%s is no repeat', (_, other) => {
    const { tell } = setUp();
    const event = tell();
    expect(tell(other)).not.toBe(event);
  });

  test('a change of the object does not end them', () => {
    const { tell } = setUp();
    const changed = { ...POD, metadata: { ...POD.metadata, resourceVersion: '2' } };
    expect(tell({ object: changed })).toBe(tell());
  });

  test('are known again after as many others as are remembered, and not after more', () => {
    const { tell } = setUp();
    const others = (count: number) => {
      for (let i = 0; i < count; i++) tell({ object: buildPod({ name: `other-${i}` }) });
    };
    const event = tell();
    others(MAX_KNOWN_EVENTS - 1);
    expect(tell()).toBe(event);
    others(MAX_KNOWN_EVENTS);
    expect(tell()).not.toBe(event);
  });
});

describe('many notes alike', () => {
  test('from the tenth message on are combined into one Event, which says the last of them', () => {
    const { tell, tellMany } = setUp();
    const own = tellMany(MAX_DISTINCT_MESSAGES);
    expect(new Set(own).size).toBe(MAX_DISTINCT_MESSAGES);
    expect(own.map((event) => event?.message)).toEqual(own.map((_, index) => `message ${index}`));
    const combined = tell({ message: 'the tenth', atMs: 1_000 });
    expect(combined).toMatchObject({ count: 1, firstMs: 1_000 });
    expect(combined?.message).toBe(`${COMBINED_PREFIX}the tenth`);
    expect(tell({ message: 'the eleventh', atMs: 2_000 })).toBe(combined);
    expect(combined).toMatchObject({ count: 2, firstMs: 1_000, lastMs: 2_000 });
    expect(combined?.message).toBe(`${COMBINED_PREFIX}the eleventh`);
  });

  test('leave the repeats of the first of them where they are', () => {
    const { tell, tellMany } = setUp();
    const [first] = tellMany(MAX_DISTINCT_MESSAGES + 3);
    expect(tell({ message: 'message 0' })).toBe(first);
    expect(first?.message).toBe('message 0');
  });

  test.each<[string, number, boolean]>([
    ['ten minutes', AGGREGATION_INTERVAL_MS, true],
    ['more than ten minutes', AGGREGATION_INTERVAL_MS + 1, false],
  ])('are combined still after %s of quiet: %p', (_what, quietMs, isCombined) => {
    const { tell, tellMany } = setUp();
    tellMany(MAX_DISTINCT_MESSAGES + 1);
    const event = tell({ message: 'later', atMs: quietMs });
    expect(event?.message).toBe(isCombined ? `${COMBINED_PREFIX}later` : 'later');
  });

  test('are so whatever part of the object they are about, and of each reason apart', () => {
    const { tell, tellMany } = setUp();
    tellMany(MAX_DISTINCT_MESSAGES);
    expect(tell({ message: 'new', reason: 'Deleted' })?.message).toBe('new');
    expect(tell({ message: 'new', fieldPath: 'spec.containers{a}' })?.message).toBe(
      `${COMBINED_PREFIX}new`,
    );
  });
});

describe('a source that tells much of one object', () => {
  test('is heard 25 times, then once in five minutes; what was not heard is counted', () => {
    const { tell } = setUp();
    const heard = Array.from({ length: 40 }, () => tell());
    expect(heard.filter((event) => event !== undefined)).toHaveLength(SPAM_BURST);
    expect(tell({ atMs: SPAM_REFILL_MS - 1 })).toBeUndefined();
    expect(tell({ atMs: SPAM_REFILL_MS })?.count).toBe(42);
    expect(tell({ atMs: SPAM_REFILL_MS })).toBeUndefined();
  });

  test('is heard of other objects, and others are heard of this one', () => {
    const { tell } = setUp();
    for (let i = 0; i < 100; i++) tell();
    expect(tell({ reason: 'Deleted' })).toBeUndefined();
    expect(tell({ object: buildPod({ name: 'web-2' }) })).toBeDefined();
    expect(tell({ origin: { client, source: { component: 'kubelet' } } })).toBeDefined();
  });

  test('creates 10,000 Pods with ten Events', () => {
    const { tellMany } = setUp();
    const heard = new Set(tellMany(10_000).filter((event) => event !== undefined));
    expect(heard.size).toBe(MAX_DISTINCT_MESSAGES + 1);
    expect([...heard].at(-1)?.count).toBe(10_000 - MAX_DISTINCT_MESSAGES);
  });
});

describe('of any notes at any times', () => {
  const PODS = ['a', 'b'].map((name) => buildPod({ name }));
  const told = fc.record({
    pod: fc.nat(1),
    reason: fc.constantFrom('Created', 'Deleted'),
    message: fc.nat(14),
    waitedMs: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(0, 1, 1_000, 60_000) },
      { weight: 1, arbitrary: fc.constantFrom(SPAM_REFILL_MS, AGGREGATION_INTERVAL_MS + 1) },
    ),
  });
  type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

  /** Each note with its time, and what came of it. */
  function observe(notes: readonly Told[]) {
    const { tell } = setUp();
    let atMs = 0;
    return notes.map(({ message, pod, reason, waitedMs }) => {
      atMs += waitedMs;
      const text = `message ${message}`;
      const event = tell({ message: text, object: PODS[pod] as ApiObject, reason, atMs });
      return { pod, reason, text, atMs, event, said: event?.message, count: event?.count ?? 0 };
    });
  }
  const history = fc.array(told, { maxLength: 300 });

  test('what is written of an object is at most the burst and what was refilled', () => {
    fc.assert(
      fc.property(history, (notes) => {
        for (const pod of [0, 1]) {
          const ofPod = observe(notes).filter((one) => one.pod === pod);
          const startMs = ofPod[0]?.atMs ?? 0;
          let written = 0;
          for (const { atMs, event } of ofPod) {
            if (event) written++;
            const refilled = Math.floor((atMs - startMs) / SPAM_REFILL_MS);
            expect(written).toBeLessThanOrEqual(SPAM_BURST + refilled);
          }
          expect(written).toBeGreaterThanOrEqual(Math.min(ofPod.length, SPAM_BURST));
        }
      }),
    );
  });

  test('the count of an Event grows with each time that it is written', () => {
    fc.assert(
      fc.property(history, (notes) => {
        const last = new Map<CountedEvent, number>();
        for (const { count, event } of observe(notes)) {
          if (!event) continue;
          expect(count).toBeGreaterThan(last.get(event) ?? 0);
          last.set(event, count);
        }
        const counted = [...last.keys()].reduce((sum, event) => sum + event.count, 0);
        expect(counted).toBeLessThanOrEqual(notes.length);
      }),
    );
  });

  test('a message is said by itself while its group has few, and combined when it has many', () => {
    fc.assert(
      fc.property(history, (notes) => {
        const groups = new Map<string, FewMessages>();
        for (const { atMs, pod, reason, said, text } of observe(notes)) {
          const key = `${pod} ${reason}`;
          const group = groups.get(key) ?? new FewMessages();
          groups.set(key, group);
          const expected = group.takes(text, atMs) ? text : COMBINED_PREFIX + text;
          expect(said ?? expected).toBe(expected);
        }
      }),
    );
  });
});
