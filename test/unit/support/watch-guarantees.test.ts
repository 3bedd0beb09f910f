import { describe, expect, test } from '@jest/globals';
import {
  assertAtomic,
  assertBookmarkable,
  assertGapless,
  assertOrdered,
  assertPrevious,
  assertReliable,
  assertResumable,
  assertUnique,
  assertWatchGuarantees,
  type LoggedChange,
  type RecordedWatch,
  type WatchResponse,
} from '../../support/watch-guarantees.ts';

const LOG: readonly LoggedChange[] = [
  { type: 'ADDED', key: 'a', version: 1 },
  { type: 'ADDED', key: 'b', version: 2 },
  { type: 'MODIFIED', key: 'a', version: 3 },
  { type: 'DELETED', key: 'b', version: 4 },
  { type: 'ADDED', key: 'b', version: 5 },
];

const PREVIOUS = new Map([
  [3, 1],
  [4, 2],
]);

/** The event of LOG at `version`. */
function event(version: number, changed: object = {}): WatchResponse {
  const change = LOG[version - 1] as LoggedChange;
  return { kind: 'event', ...change, previousVersion: PREVIOUS.get(version), ...changed };
}

const bookmark = (version: number): WatchResponse => ({ kind: 'bookmark', version });

/** A watcher with one stream, from the beginning unless another version is given. */
function watch(responses: WatchResponse[], afterVersion = 0): RecordedWatch {
  return { name: 'w', sessions: [{ afterVersion, responses }] };
}

const events = (...versions: number[]): WatchResponse[] =>
  versions.map((version) => event(version));

test('a complete history with a disconnect and bookmarks passes every validator', () => {
  const complete: RecordedWatch = {
    name: 'w',
    sessions: [
      { afterVersion: 0, responses: [event(1), event(2), bookmark(2)] },
      { afterVersion: 2, responses: [] },
      { afterVersion: 2, responses: [bookmark(2), event(3), event(4), event(5), bookmark(9)] },
    ],
  };
  expect(() => assertWatchGuarantees([complete], LOG)).not.toThrow();
});

describe('broken histories are recognised', () => {
  const cases: [name: string, guarantee: RegExp, judge: () => void][] = [
    [
      'a gap in the log',
      /Versions have no gaps/,
      () => assertGapless([...LOG.slice(0, 2), ...LOG.slice(3)]),
    ],
    [
      'a version twice in the log',
      /Versions have no gaps/,
      () => assertGapless([...LOG, ...LOG.slice(4)]),
    ],
    ['events out of order', /A watch is ordered/, () => assertOrdered(watch(events(1, 3, 2)))],
    ['an event twice in a row', /A watch is ordered/, () => assertOrdered(watch(events(1, 1)))],
    [
      'an event in two streams of one watcher',
      /A watch is unique/,
      () =>
        assertUnique({
          name: 'w',
          sessions: [
            { afterVersion: 0, responses: events(1, 2) },
            { afterVersion: 1, responses: events(2, 3) },
          ],
        }),
    ],
    ['a missing event', /leaves out nothing/, () => assertReliable(watch(events(1, 3)), LOG)],
    ['a missing first event', /leaves out nothing/, () => assertReliable(watch(events(2, 3)), LOG)],
    [
      'an event about another object than was committed',
      /leaves out nothing/,
      () => assertReliable(watch([event(1), event(2, { key: 'c' })]), LOG),
    ],
    [
      'an event of another type than was committed',
      /leaves out nothing/,
      () => assertReliable(watch([event(1, { type: 'MODIFIED' })]), LOG),
    ],
    [
      'an event that was never committed',
      /nothing that was not committed/,
      () => assertReliable(watch([...events(1, 2, 3, 4, 5), event(5, { version: 6 })]), LOG),
    ],
    [
      'a stream that resumes too late',
      /A watch is resumable/,
      () => assertResumable(watch(events(4, 5), 2), LOG),
    ],
    [
      'a stream that resumes too early',
      /A watch is resumable/,
      () => assertResumable(watch(events(2, 3), 2), LOG),
    ],
    [
      'a bookmark that overtakes an event',
      /never overtakes an event/,
      () => assertBookmarkable(watch([event(1), bookmark(2), event(2)]), LOG),
    ],
    [
      'an event from before the bookmark',
      /no event up to its version comes/,
      () => assertBookmarkable(watch([...events(1, 2), bookmark(2), event(2)]), LOG),
    ],
    [
      'a wrong previous version',
      /what an event replaced/,
      () => assertPrevious(watch([event(3, { previousVersion: 2 })], 2), LOG),
    ],
    [
      'a previous version where there was no object',
      /what an event replaced/,
      () => assertPrevious(watch([event(5, { previousVersion: 2 })], 4), LOG),
    ],
    [
      'a missing previous version',
      /what an event replaced/,
      () => assertPrevious(watch([event(4, { previousVersion: undefined })], 3), LOG),
    ],
  ];

  test.each(cases)('%s', (_name, guarantee, judge) => {
    expect(judge).toThrow(guarantee);
  });
});

describe('transactions are judged by what their writers were told', () => {
  const added = (key: string) => ({ key, type: 'ADDED' }) as const;
  const rest = [
    { writes: [{ key: 'a', type: 'MODIFIED' }], answer: [3] },
    { writes: [{ key: 'b', type: 'DELETED' }], answer: [4] },
    { writes: [added('b')], answer: [5] },
  ] as const;

  test('acknowledged, refused and unanswered transactions that left the right traces pass', () => {
    const transactions = [
      { writes: [added('a'), added('b')], answer: [1, 2] },
      ...rest,
      { writes: [added('x'), added('y')], answer: 'refused' },
      { writes: [added('x')], answer: 'unknown' },
    ] as const;
    expect(() => assertAtomic(transactions, LOG)).not.toThrow();
  });

  test('an unanswered transaction may be in the log as a whole', () => {
    const transactions = [
      { writes: [added('a'), added('b')], answer: 'unknown' },
      ...rest,
    ] as const;
    expect(() => assertAtomic(transactions, LOG)).not.toThrow();
  });

  test('an acknowledged write that the log does not have is recognised', () => {
    const lost = [{ writes: [added('z')], answer: [6] }] as const;
    expect(() => assertAtomic(lost, LOG)).toThrow(/an acknowledged one is in the log as a whole/);
  });

  test('an acknowledged transaction whose writes are apart is recognised', () => {
    const apart = [{ writes: [added('a'), added('b')], answer: [1, 5] }] as const;
    expect(() => assertAtomic(apart, LOG)).toThrow(/at consecutive versions/);
  });

  test('a refused transaction that left something behind is recognised', () => {
    const refused = [{ writes: [added('a'), added('b')], answer: 'refused' }, ...rest] as const;
    expect(() => assertAtomic(refused, LOG)).toThrow(/leaves nothing, or all, behind/);
  });

  test('half of an unanswered transaction is recognised', () => {
    const half = [
      { writes: [added('a')], answer: [1] },
      { writes: [added('b'), added('c')], answer: 'unknown' },
      ...rest,
    ] as const;
    expect(() => assertAtomic(half, LOG)).toThrow(/leaves nothing, or all, behind/);
  });

  test('a write that was applied twice is recognised', () => {
    const once = [
      { writes: [added('a')], answer: [1] },
      { writes: [added('b')], answer: [2] },
      ...rest.slice(0, 2),
    ] as const;
    expect(() => assertAtomic(once, LOG)).toThrow(/leaves nothing, or all, behind/);
  });
});
