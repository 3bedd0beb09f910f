import { describe, expect, test } from '@jest/globals';
import { deferred } from '../../../src/lib/deferred.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { expired } from '../../../src/scheme/errors.ts';
import type { LogBatch, LogEntry } from '../../../src/store/log/log-entry.ts';
import { LogReader, type LogSource } from '../../../src/store/log/log-reader.ts';
import { settled } from '../../support/settled.ts';
import { CONFIG_MAPS, keyOfConfigMap, newConfigMap } from '../../support/test-store.ts';

const SECRETS = { group: '', resource: 'secrets' };

function entry(version: number, resource = CONFIG_MAPS): LogEntry {
  const key = { ...keyOfConfigMap(`n-${version}`), ...resource };
  return { type: 'ADDED', key, object: newConfigMap(`n-${version}`), version };
}

function batch(first: number, last: number): LogBatch {
  const versions = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return { first, last, entries: versions.map((version) => entry(version)) };
}

/** A reader over a log that is an array, and what its follower of config maps got. */
function setUp() {
  const log: LogEntry[] = [];
  const reads: string[] = [];
  let gate = Promise.resolve();
  let reloadGate = Promise.resolve();
  let compacted = 0;
  const source: LogSource = {
    currentVersion: async () => {
      await gate;
      return log.length;
    },
    read: async ({ after, upTo }) => {
      reads.push(`${after}..${upTo}`);
      await gate;
      if (after < compacted) throw expired(`${after} is compacted`);
      return log.slice(after, upTo);
    },
  };
  const clock = new VirtualClock();
  const reader = new LogReader({
    source,
    ownCommit: () => undefined,
    logger: silentLogger,
    ioClock: clock,
    pollIntervalMs: 1_000,
    progressIntervalMs: 100,
  });
  const seen: number[] = [];
  const progress: number[] = [];
  const reloads: number[] = [];
  reader.follow({
    resource: CONFIG_MAPS,
    reload: async () => {
      await reloadGate;
      reloads.push(log.length);
    },
    apply: (entries) => seen.push(...entries.map(({ version }) => version)),
    progress: (version) => progress.push(version),
  });
  reader.start(0);
  return {
    log,
    reads,
    reader,
    seen,
    progress,
    reloads,
    clock,
    compact: (version: number) => {
      compacted = version;
    },
    /** Lets nothing be read until the returned function is called. */
    hold: () => {
      const { promise, resolve } = deferred();
      gate = promise;
      return resolve;
    },
    /** Lets no snapshot be taken until the returned function is called. */
    holdReload: () => {
      const { promise, resolve } = deferred();
      reloadGate = promise;
      return resolve;
    },
    /** Another process commits up to `version`. */
    write: (version: number) => log.push(...batch(log.length + 1, version).entries),
  };
}

describe('the log reader', () => {
  test('hands over own batches that are next without reading anything', async () => {
    const { reader, seen, reads } = setUp();
    reader.offer(batch(1, 2));
    reader.offer(batch(3, 3));
    expect(seen).toEqual([1, 2, 3]);
    await settled();
    expect(reads).toEqual([]);
  });

  test('reads the gap before an own batch, and no more than the gap', async () => {
    const { reader, seen, reads, write } = setUp();
    write(5);
    reader.offer(batch(3, 5));
    expect(seen).toEqual([]);
    await settled();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(reads).toEqual(['0..2']);
  });

  test('delivers once what came from a read and from an own batch', async () => {
    const { reader, seen, write, hold } = setUp();
    write(4);
    const release = hold();
    reader.hint(4);
    await settled();
    reader.offer(batch(1, 2));
    release();
    await settled();
    reader.offer(batch(3, 4));
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(reader.version).toBe(4);
  });

  test('puts own batches in order when they are offered out of order', async () => {
    const { reader, seen } = setUp();
    reader.offer(batch(3, 4));
    reader.offer(batch(5, 5));
    reader.offer(batch(1, 2));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  test('finds by polling what no notification told of', async () => {
    const { seen, write, clock } = setUp();
    write(3);
    clock.advance(1_000);
    await settled();
    expect(seen).toEqual([1, 2, 3]);
  });

  test('reads a long log page by page', async () => {
    const { reader, seen, reads, write } = setUp();
    write(2_200);
    reader.hint(2_200);
    await settled();
    expect(seen).toHaveLength(2_200);
    expect(reads).toEqual(['0..1000', '1000..2000', '2000..2200']);
  });

  test('does not believe a version that someone waits for', async () => {
    const { reader, reads, write } = setUp();
    write(1);
    reader.catchUp(1_000_000);
    await settled();
    expect(reader.version).toBe(1);
    expect(reads).toEqual(['0..1']);
  });

  test('begins anew from snapshots when compaction was faster, and goes on from there without a gap', async () => {
    const { reader, seen, reloads, write, compact } = setUp();
    write(10);
    compact(5);
    reader.hint(10);
    await settled();
    expect(reloads).toEqual([10]);
    expect(seen).toEqual([]);
    expect(reader.version).toBe(10);
    write(12);
    reader.hint(12);
    await settled();
    expect(seen).toEqual([11, 12]);
  });

  test('hands over own batches that come while it begins anew afterwards, in order', async () => {
    const { reader, seen, write, compact, holdReload } = setUp();
    write(10);
    compact(5);
    const release = holdReload();
    reader.hint(10);
    await settled();
    reader.offer(batch(13, 13));
    reader.offer(batch(11, 12));
    expect(seen).toEqual([]);
    release();
    await settled();
    expect(seen).toEqual([11, 12, 13]);
    expect(reader.version).toBe(13);
  });

  test('tells quiet followers how far it is, not more often than it should', () => {
    const { reader, progress, seen, clock } = setUp();
    for (let version = 1; version <= 5; version++) {
      reader.offer({ first: version, last: version, entries: [entry(version, SECRETS)] });
    }
    expect(seen).toEqual([]);
    clock.advance(100);
    expect(progress).toEqual([5]);
    clock.advance(1_000);
    expect(progress).toEqual([5]);
  });

  test('releases those who wait for a version when it is reached, and not before', async () => {
    const { reader } = setUp();
    const reached: number[] = [];
    for (const version of [3, 1, 2]) {
      reader.waiters
        .wait(version, { timeoutMs: 1_000 })
        .then(() => reached.push(version))
        .catch(() => undefined);
    }
    reader.offer(batch(1, 2));
    await settled();
    expect(reached).toEqual([1, 2]);
    reader.offer(batch(3, 3));
    await settled();
    expect(reached).toEqual([1, 2, 3]);
  });
});
