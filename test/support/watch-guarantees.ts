/**
 * What a watch promises, as validators over recorded histories. They know nothing of how a history came about, so any
 * workload, through any door, can be judged by them. Each throws an error that begins with the guarantee it found broken.
 *
 * A history is the log (what was committed, in order), what each watcher received, and what each writer was told.
 */

/** One committed change. */
export interface LoggedChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Names the object among all that are watched. */
  readonly key: string;
  readonly version: number;
}

export type WatchResponse =
  | (LoggedChange & {
      readonly kind: 'event';
      /** The version of the object before the change, where the watch tells. */
      readonly previousVersion?: number | undefined;
    })
  /** The watch says that everything up to `version` has been delivered. */
  | { readonly kind: 'bookmark'; readonly version: number };

/** One uninterrupted stream. */
export interface WatchSession {
  /** The version that the watch asked to start after. */
  readonly afterVersion: number;
  readonly responses: readonly WatchResponse[];
}

/** One watcher: the streams it had one after the other, each resuming where the one before had ended. */
export interface RecordedWatch {
  readonly name: string;
  readonly sessions: readonly WatchSession[];
}

/** Writes that were asked for together, and what the writer heard. */
export interface RecordedTransaction {
  readonly writes: readonly { readonly key: string; readonly type: LoggedChange['type'] }[];
  /** The versions of the writes; `refused`: an error that says nothing was written; `unknown`: no clear answer. */
  readonly answer: readonly number[] | 'refused' | 'unknown';
}

type Event = Extract<WatchResponse, { kind: 'event' }>;

const isEvent = (response: WatchResponse): response is Event => response.kind === 'event';
const eventsOf = (session: WatchSession): Event[] => session.responses.filter(isEvent);
const describe = ({ type, key, version }: LoggedChange): string => `${type} ${key} at ${version}`;

function fail(guarantee: string, found: string): never {
  throw new Error(`${guarantee}\nfound: ${found}`);
}

/** Versions follow each other without gaps, in the order of the log. */
export function assertGapless(log: readonly LoggedChange[]): void {
  for (const [i, change] of log.entries()) {
    const before = log[i - 1];
    if (before === undefined || change.version === before.version + 1) continue;
    fail(
      'Versions have no gaps: each commit takes the next one.',
      `${describe(change)} follows ${describe(before)}`,
    );
  }
}

/** Within one stream, versions only grow. */
export function assertOrdered(watch: RecordedWatch): void {
  for (const session of watch.sessions) {
    for (const [i, event] of eventsOf(session).entries()) {
      const before = eventsOf(session)[i - 1];
      if (before === undefined || before.version < event.version) continue;
      fail(
        'A watch is ordered: an event never comes before or with one of a lower version.',
        `${watch.name} got ${describe(event)} after ${describe(before)}`,
      );
    }
  }
}

/** Over all streams of a watcher, no event comes twice. */
export function assertUnique(watch: RecordedWatch): void {
  const seen = new Set<number>();
  for (const event of watch.sessions.flatMap(eventsOf)) {
    if (seen.has(event.version)) {
      fail(
        'A watch is unique: no event is delivered twice.',
        `${watch.name} got ${describe(event)} again`,
      );
    }
    seen.add(event.version);
  }
}

/** What is delivered is what was committed, and up to the last event of a stream nothing is left out. */
export function assertReliable(watch: RecordedWatch, log: readonly LoggedChange[]): void {
  for (const session of watch.sessions) {
    const events = eventsOf(session);
    const last = events[events.length - 1];
    if (last === undefined) continue;
    const expected = log.filter(
      ({ version }) => version > session.afterVersion && version <= last.version,
    );
    assertSameChanges(watch.name, events, expected);
  }
}

function assertSameChanges(
  name: string,
  events: readonly LoggedChange[],
  expected: readonly LoggedChange[],
): void {
  const received = new Map(events.map((event) => [event.version, event]));
  for (const change of expected) {
    const event = received.get(change.version);
    if (event && describe(event) === describe(change)) continue;
    fail(
      'A watch is reliable: it leaves out nothing that was committed.',
      `${name} ${event ? `got ${describe(event)} for` : 'missed'} ${describe(change)}`,
    );
  }
  const committed = new Set(expected.map(({ version }) => version));
  const invented = events.find(({ version }) => !committed.has(version));
  if (invented) {
    fail(
      'A watch is reliable: it delivers nothing that was not committed.',
      `${name} got ${describe(invented)}`,
    );
  }
}

/** A stream that resumes begins with the first change after the version it resumes from. */
export function assertResumable(watch: RecordedWatch, log: readonly LoggedChange[]): void {
  for (const session of watch.sessions) {
    const [first] = eventsOf(session);
    const expected = log.find(({ version }) => version > session.afterVersion);
    if (first === undefined || first.version === expected?.version) continue;
    fail(
      'A watch is resumable: it goes on with the first change after the version that it resumes from.',
      `${watch.name} resumed from ${session.afterVersion} with ${describe(first)}, not with ${expected ? describe(expected) : 'nothing'}`,
    );
  }
}

/** When a bookmark says a version, everything up to it was delivered before, and nothing of it comes after. */
export function assertBookmarkable(watch: RecordedWatch, log: readonly LoggedChange[]): void {
  for (const session of watch.sessions) assertBookmarks(watch.name, session, log);
}

function assertBookmarks(name: string, session: WatchSession, log: readonly LoggedChange[]): void {
  const delivered = new Set<number>();
  let bookmark = session.afterVersion;
  for (const response of session.responses) {
    if (isEvent(response)) {
      delivered.add(response.version);
      if (response.version > bookmark) continue;
      fail(
        'A watch is bookmarkable: after a bookmark, no event up to its version comes.',
        `${name} got ${describe(response)} after the bookmark ${bookmark}`,
      );
    }
    const { version: reached } = response;
    const missing = log.find(
      ({ version }) => version > bookmark && version <= reached && !delivered.has(version),
    );
    if (missing) {
      fail(
        'A watch is bookmarkable: a bookmark never overtakes an event.',
        `${name} got the bookmark ${reached} before ${describe(missing)}`,
      );
    }
    bookmark = Math.max(bookmark, reached);
  }
}

/** Where a watch tells what an event replaced, it is the object's state right before. */
export function assertPrevious(watch: RecordedWatch, log: readonly LoggedChange[]): void {
  const before = new Map<number, number>();
  const present = new Map<string, number>();
  for (const { type, key, version } of log) {
    const previous = present.get(key);
    if (previous !== undefined) before.set(version, previous);
    if (type === 'DELETED') present.delete(key);
    else present.set(key, version);
  }
  for (const event of watch.sessions.flatMap(eventsOf)) {
    if (event.previousVersion === before.get(event.version)) continue;
    fail(
      'A watch tells what an event replaced: the state of the object right before it.',
      `${watch.name} got ${describe(event)} with the previous version ${event.previousVersion}, not ${before.get(event.version)}`,
    );
  }
}

/** A transaction is in the log as a whole, at consecutive versions, or not at all; and as its writer was told. */
export function assertAtomic(
  transactions: readonly RecordedTransaction[],
  log: readonly LoggedChange[],
): void {
  const changes = new Map(log.map((change) => [change.version, change]));
  const claimed = new Set<number>();
  for (const { writes, answer } of transactions) {
    if (typeof answer === 'string') continue;
    for (const [i, write] of writes.entries()) {
      const version = answer[i] as number;
      const change = changes.get(version);
      const isThere = change?.key === write.key && change.type === write.type;
      const isNext = i === 0 || version === (answer[i - 1] as number) + 1;
      if (!(isThere && isNext)) {
        fail(
          'A transaction is atomic: an acknowledged one is in the log as a whole, at consecutive versions.',
          `${write.type} ${write.key} was acknowledged at ${answer.join(', ')}; the log has ${change ? describe(change) : 'nothing'} at ${version}`,
        );
      }
      claimed.add(version);
    }
  }
  assertUnclaimedAreWhole(transactions, log, claimed);
}

/** What nobody was told of can only come from transactions without a clear answer, and then as a whole. */
function assertUnclaimedAreWhole(
  transactions: readonly RecordedTransaction[],
  log: readonly LoggedChange[],
  claimed: ReadonlySet<number>,
): void {
  const unclaimed = log.filter(({ version }) => !claimed.has(version));
  const candidates = transactions.filter(({ answer }) => answer === 'unknown');
  for (let i = 0; i < unclaimed.length; ) {
    const found = candidates.findIndex(({ writes }) => isAt(writes, unclaimed, i));
    const [transaction] = found < 0 ? [] : candidates.splice(found, 1);
    if (!transaction) {
      fail(
        'A transaction is atomic: a refused or unanswered one leaves nothing, or all, behind.',
        `${describe(unclaimed[i] as LoggedChange)} belongs to no transaction that may be there as a whole`,
      );
    }
    i += transaction.writes.length;
  }
}

function isAt(
  writes: RecordedTransaction['writes'],
  changes: readonly LoggedChange[],
  start: number,
): boolean {
  const first = changes[start]?.version ?? 0;
  return writes.every(({ key, type }, i) => {
    const change = changes[start + i];
    return change?.key === key && change.type === type && change.version === first + i;
  });
}

/** Every guarantee of every watch. */
export function assertWatchGuarantees(
  watches: readonly RecordedWatch[],
  log: readonly LoggedChange[],
): void {
  assertGapless(log);
  for (const watch of watches) {
    assertOrdered(watch);
    assertUnique(watch);
    assertReliable(watch, log);
    assertResumable(watch, log);
    assertBookmarkable(watch, log);
    assertPrevious(watch, log);
  }
}
