import { describe, expect, test } from '@jest/globals';
import type { ApiClient, WatchHandle } from '../../../src/apiserver/client.ts';
import { type Deferred, deferred } from '../../../src/lib/deferred.ts';
import { coreConfigMaps, coreSecrets } from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import {
  describeEvents,
  eventsOf,
  type Stream,
  WATCH,
  WATCH_BOTH,
} from '../../support/event-streams.ts';
import { eventually } from '../../support/eventually.ts';
import { testGraphql } from '../../support/graphql-server.ts';
import {
  assertBookmarkable,
  assertOrdered,
  assertReliable,
  assertResumable,
  assertUnique,
  type LoggedChange,
  type RecordedWatch,
  type WatchResponse,
} from '../../support/watch-guarantees.ts';

/** Everything that was committed to ConfigMaps and Secrets, as the API in process tells it. */
async function recordLog(client: ApiClient): Promise<{ log: LoggedChange[]; stop(): void }> {
  const log: LoggedChange[] = [];
  const record = (ref: typeof coreConfigMaps | typeof coreSecrets): Promise<WatchHandle> =>
    client.watch(
      ref as typeof coreConfigMaps,
      { resourceVersion: '1', namespace: 'default' },
      {
        onEvents: (events) => {
          for (const { type, object } of events) {
            if (type === 'BOOKMARK') continue;
            const version = Number(object.metadata.resourceVersion);
            log.push({ type, key: `${object.kind}/${object.metadata.name}`, version });
          }
        },
        onClose: () => undefined,
      },
    );
  const handles = [await record(coreConfigMaps), await record(coreSecrets)];
  return {
    log,
    stop: () => {
      for (const handle of handles) handle.stop();
    },
  };
}

/** One session of a recorded watch, from the events of a stream. The present counts as known. */
function toSession(stream: Stream, from: string | undefined) {
  const responses: WatchResponse[] = [];
  let afterVersion = Number(from ?? Number.NaN);
  for (const { type, resourceVersion, object, initialEventsEnd } of eventsOf(stream)) {
    const version = Number(resourceVersion);
    if (Number.isNaN(afterVersion)) {
      if (initialEventsEnd) afterVersion = version;
    } else if (type === 'BOOKMARK') {
      responses.push({ kind: 'bookmark', version });
    } else {
      const key = `${object?.kind}/${object?.metadata.name}`;
      responses.push({ kind: 'event', type, key, version });
    }
  }
  return { afterVersion, responses };
}

function judge(watches: readonly RecordedWatch[], log: readonly LoggedChange[]): void {
  const ordered = [...log].sort((a, b) => a.version - b.version);
  for (const watch of watches) {
    assertOrdered(watch);
    assertUnique(watch);
    assertReliable(watch, ordered);
    assertResumable(watch, ordered);
    assertBookmarkable(watch, ordered);
  }
}

const WRITERS = 10;
const WRITES_EACH = 30;

/** Writers that create, change and delete ConfigMaps and Secrets of their own, all at once. */
async function writeConcurrently(client: ApiClient, half: Deferred<void>): Promise<void> {
  let done = 0;
  const writer = async (id: number): Promise<void> => {
    for (let i = 0; i < WRITES_EACH; i++) {
      const ref = (id + i) % 2 === 0 ? coreConfigMaps : (coreSecrets as never);
      const name = `w${id}-${Math.floor(i / 6)}-${(id + i) % 2}`;
      if (i % 6 < 2) await client.create(ref, configMapOrSecret(ref, name));
      else if (i % 6 < 4) {
        await client.patch(
          ref,
          { namespace: 'default', name },
          { type: 'merge', patch: { metadata: { labels: { n: String(i) } } } },
        );
      } else await client.delete(ref, { namespace: 'default', name });
      if (++done === (WRITERS * WRITES_EACH) / 2) half.resolve();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(id)));
}

function configMapOrSecret(ref: { resource: string }, name: string) {
  const { metadata } = configMap(name);
  return (ref.resource === 'configmaps' ? configMap(name) : { metadata }) as never;
}

describe.each([
  ['one resource', WATCH, 'ConfigMap/'],
  ['several resources on one stream', WATCH_BOTH, ''],
])('among concurrent writers, watches of %s', (_title, query, prefix) => {
  test('that begin at any time are complete, ordered and unique, and share what they can', async () => {
    let open = 0;
    await using plane = await testGraphql({
      interceptClient: (client) => countWatches(client, (change) => (open += change)),
    });
    const recorded = await recordLog(plane.api.client);
    const half = deferred();
    const streams: Stream[] = [];
    const start = (): number => streams.push(plane.client.subscribe(query, { initial: true }));
    for (let i = 0; i < 10; i++) start();
    const writing = writeConcurrently(plane.api.client, half);
    await half.promise;
    for (let i = 0; i < 10; i++) start();
    await writing;
    await plane.api.client.create(coreConfigMaps, configMap('the-end'));
    await eventually(
      () => streams.filter((stream) => !describeEvents(stream).includes('ADDED the-end')).length,
      (waiting) => expect(waiting).toBe(0),
    );
    const log = recorded.log.filter(({ key }) => key.startsWith(prefix));
    const watches = streams.map((stream, i) => ({
      name: `watch ${i}`,
      sessions: [toSession(stream, undefined)],
    }));
    judge(watches, log);
    // All twenty are at the same place now: one watch a resource is left of them.
    expect(open).toBe(query === WATCH ? 1 : 2);
    recorded.stop();
  });

  test('resume from any event, with nothing lost or repeated', async () => {
    await using plane = await testGraphql();
    const recorded = await recordLog(plane.api.client);
    const first: Stream = plane.client.subscribe(query, { initial: true });
    await writeConcurrently(plane.api.client, deferred());
    await plane.api.client.create(coreConfigMaps, configMap('the-end'));
    await eventually(
      () => describeEvents(first),
      (seen) => expect(seen).toContain('ADDED the-end'),
    );
    const log = recorded.log.filter(({ key }) => key.startsWith(prefix));
    const versions = eventsOf(first)
      .filter(({ type }) => type !== 'BOOKMARK')
      .map(({ resourceVersion }) => resourceVersion);
    const resumed = versions
      .filter((_, i) => i % 15 === 0 && i < versions.length - 1)
      .map((from) => ({ from, stream: plane.client.subscribe(query, { from }) as Stream }));
    for (const { stream } of resumed) {
      await eventually(
        () => describeEvents(stream),
        (seen) => expect(seen).toContain('ADDED the-end'),
      );
    }
    judge(
      resumed.map(({ from, stream }) => ({
        name: `resumed from ${from}`,
        sessions: [toSession(stream, from)],
      })),
      log,
    );
    recorded.stop();
  });
});

function countWatches(client: ApiClient, onChange: (change: number) => void): ApiClient {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'watch') return value.bind(target);
      return async (...args: Parameters<ApiClient['watch']>): Promise<WatchHandle> => {
        const handle = await target.watch(...args);
        onChange(1);
        let isOpen = true;
        return {
          get isCurrent() {
            return handle.isCurrent ?? true;
          },
          stop() {
            if (isOpen) onChange(-1);
            isOpen = false;
            handle.stop();
          },
        };
      };
    },
  });
}
