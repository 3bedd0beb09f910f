/**
 * A watch through the API server with a selector, judged by the same validators as the store's: the log it must agree with
 * is what the selector makes of the full history.
 */
import { expect, test } from '@jest/globals';
import type { ApiClient, WatchHandle } from '../../../src/apiserver/client.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import type { WatchEvent } from '../../../src/scheme/object.ts';
import { configMap } from '../../support/api-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';
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

const OBJECTS = 12;
const WRITERS = 8;
const WRITES = 40;
const SELECTED = 'tier=gold';

type Session = { afterVersion: number; responses: WatchResponse[] };

const versionOf = ({ object }: WatchEvent): number => Number(object.metadata.resourceVersion);

function toResponse(event: WatchEvent): WatchResponse {
  const { type, object } = event;
  if (type === 'BOOKMARK') return { kind: 'bookmark', version: versionOf(event) };
  return { kind: 'event', type, key: object.metadata.name ?? '', version: versionOf(event) };
}

/** A watcher that is disconnected now and then, and resumes from the last version it knows. */
class Watcher {
  readonly sessions: Session[] = [];
  readonly #client: ApiClient;
  readonly #labelSelector: string | undefined;
  #handle: WatchHandle | undefined;
  version: number;

  constructor(client: ApiClient, version: string, labelSelector?: string) {
    this.#client = client;
    this.#labelSelector = labelSelector;
    this.version = Number(version);
  }

  async connect(): Promise<void> {
    const session: Session = { afterVersion: this.version, responses: [] };
    this.sessions.push(session);
    this.#handle = await this.#client.watch(
      coreConfigMaps,
      {
        resourceVersion: String(this.version),
        namespace: 'default',
        allowBookmarks: true,
        ...(this.#labelSelector ? { labelSelector: this.#labelSelector } : {}),
      },
      {
        onEvents: (events) => {
          session.responses.push(...events.map(toResponse));
          this.version = versionOf(events[events.length - 1] as WatchEvent);
        },
        onClose: (error) => {
          throw error;
        },
      },
    );
  }

  disconnect(): void {
    this.#handle?.stop();
  }

  recorded(name: string): RecordedWatch {
    return { name, sessions: this.sessions };
  }

  changes(): LoggedChange[] {
    return this.sessions
      .flatMap(({ responses }) => responses)
      .flatMap((response) => (response.kind === 'event' ? [response] : []));
  }
}

/** What a watcher of the selection should have seen of everything that happened. */
function selectionOf(
  states: ReadonlyMap<number, boolean>,
  all: readonly LoggedChange[],
): LoggedChange[] {
  const selected = new Set<string>();
  return all.flatMap(({ type, key, version }): LoggedChange[] => {
    const was = selected.has(key);
    const is = type !== 'DELETED' && states.get(version) === true;
    if (is) selected.add(key);
    else selected.delete(key);
    if (is) return [{ type: was ? 'MODIFIED' : 'ADDED', key, version }];
    return was ? [{ type: 'DELETED', key, version }] : [];
  });
}

/** Creates, relabels and deletes a handful of objects at random; notes which version is selected. */
async function writeAtRandom(
  client: ApiClient,
  seed: number,
  states: Map<number, boolean>,
): Promise<void> {
  const random = seededRandom(seed);
  for (let i = 0; i < WRITES; i++) {
    const name = `object-${Math.floor(random() * OBJECTS)}`;
    const gold = random() < 0.5;
    const labels = { tier: gold ? 'gold' : 'iron' };
    try {
      const written = await writeOne(client, name, labels, random());
      if (written) states.set(Number(written.metadata.resourceVersion), gold);
    } catch {
      // Ignored: another writer was faster (AlreadyExists, NotFound); what was written is what counts.
    }
  }
}

async function writeOne(
  client: ApiClient,
  name: string,
  labels: Record<string, string>,
  dice: number,
): Promise<ConfigMap | undefined> {
  const target = { namespace: 'default', name };
  if (dice < 0.2) {
    await client.delete(coreConfigMaps, target);
    return undefined;
  }
  if (dice < 0.5) {
    const object = configMap(name, { dice: String(dice) });
    return client.create(coreConfigMaps, { ...object, metadata: { ...object.metadata, labels } });
  }
  const patch = { metadata: { labels }, data: { dice: String(dice) } };
  return client.patch(coreConfigMaps, target, { type: 'merge', patch });
}

test('a watch with a selector is ordered, unique, reliable, resumable and bookmarkable while labels change', async () => {
  await using api = await testApi({ bookmarkIntervalMs: 0 });
  const { client } = api;
  const { metadata } = await client.list(coreConfigMaps, { namespace: 'default' });
  const everything = new Watcher(client, metadata.resourceVersion);
  const selecting = new Watcher(client, metadata.resourceVersion, SELECTED);
  const restless = new Watcher(client, metadata.resourceVersion, SELECTED);
  await Promise.all([everything.connect(), selecting.connect(), restless.connect()]);

  const states = new Map<number, boolean>();
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: WRITERS }, (_, i) => writeAtRandom(client, i + 1, states)),
  ).finally(() => {
    writing = false;
  });
  const reconnecting = (async () => {
    while (writing) {
      await client
        .get(coreConfigMaps, { namespace: 'default', name: 'none' })
        .catch(() => undefined);
      restless.disconnect();
      await restless.connect();
    }
  })();
  await Promise.all([writers, reconnecting]);

  const end = Number((await client.list(coreConfigMaps)).metadata.resourceVersion);
  await eventually(
    () => everything.version,
    (version) => expect(version).toBeGreaterThanOrEqual(end),
  );
  const log = everything.changes();
  const selected = selectionOf(states, log);
  expect(selected.length).toBeGreaterThan(20);
  expect(restless.sessions.length).toBeGreaterThan(3);
  for (const [name, watcher] of Object.entries({ selecting, restless })) {
    const watch = watcher.recorded(name);
    assertOrdered(watch);
    assertUnique(watch);
    assertReliable(watch, selected);
    assertResumable(watch, selected);
    assertBookmarkable(watch, selected);
    expect(watcher.changes()).toEqual(selected.map((change) => ({ kind: 'event', ...change })));
  }
  everything.disconnect();
  selecting.disconnect();
  restless.disconnect();
});

test('what leaves a selection is DELETED in its last selected state, at the version of the change', async () => {
  await using api = await testApi();
  const { client } = api;
  const seen: WatchEvent<ConfigMap>[] = [];
  await client.watch(
    coreConfigMaps,
    { labelSelector: SELECTED, namespace: 'default' },
    { onEvents: (events) => void seen.push(...events), onClose: () => undefined },
  );
  const target = { namespace: 'default', name: 'a' };
  const object = configMap('a', { state: 'first' });
  await client.create(coreConfigMaps, {
    ...object,
    metadata: { ...object.metadata, labels: { tier: 'gold' } },
  });
  const patch = { metadata: { labels: { tier: 'iron' } }, data: { state: 'second' } };
  const left = await client.patch(coreConfigMaps, target, { type: 'merge', patch });
  await client.delete(coreConfigMaps, target);
  await client.list(coreConfigMaps);
  expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
  expect(seen[1]?.object.data).toEqual({ state: 'first' });
  expect(seen[1]?.object.metadata.resourceVersion).toBe(left.metadata.resourceVersion);
});

test('sendInitialEvents gives the present, then the bookmark that ends it, then what follows', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreConfigMaps, configMap('a'));
  await client.create(coreConfigMaps, configMap('b'));
  const seen: WatchEvent[] = [];
  const handle = await client.watch(
    coreConfigMaps,
    { namespace: 'default', sendInitialEvents: true, allowBookmarks: true },
    { onEvents: (events) => void seen.push(...events), onClose: () => undefined },
  );
  expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
  expect(seen[2]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  const created = await client.create(coreConfigMaps, configMap('c'));
  await eventually(
    () => seen[3],
    (event) => expect(event).toEqual({ type: 'ADDED', object: created }),
  );
  handle.stop();
});

test('a watch without initial events begins with what comes after it is open', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreConfigMaps, configMap('a'));
  const seen: string[] = [];
  const handle = await client.watch(
    coreConfigMaps,
    { namespace: 'default', sendInitialEvents: false },
    {
      onEvents: (events) =>
        void seen.push(...events.map(({ object }) => object.metadata.name ?? '')),
      onClose: () => undefined,
    },
  );
  await client.create(coreConfigMaps, configMap('b'));
  await eventually(
    () => seen,
    (names) => expect(names).toEqual(['b']),
  );
  handle.stop();
});

test('bookmarks come no more often than their interval, and say how far the watch has come', async () => {
  const clock = new VirtualClock();
  await using api = await testApi({ ioClock: clock, bookmarkIntervalMs: 10_000 });
  const { client } = api;
  const seen: WatchEvent[] = [];
  const { metadata } = await client.list(coreConfigMaps);
  const handle = await client.watch(
    coreConfigMaps,
    {
      resourceVersion: metadata.resourceVersion,
      labelSelector: 'none=of-them',
      allowBookmarks: true,
    },
    { onEvents: (events) => void seen.push(...events), onClose: () => undefined },
  );
  for (let i = 0; i < 5; i++) await client.create(coreConfigMaps, configMap(`a-${i}`));
  await client.list(coreConfigMaps);
  expect(seen).toEqual([]);
  clock.advance(10_000);
  const last = await client.create(coreConfigMaps, configMap('b'));
  await eventually(
    () => seen,
    (events) => expect(events.map(({ type }) => type)).toEqual(['BOOKMARK']),
  );
  expect(Number(seen[0]?.object.metadata.resourceVersion)).toBeLessThanOrEqual(
    Number(last.metadata.resourceVersion),
  );
  handle.stop();
});

test('a watch whose sink fails ends with an error instead of going on with a hole', async () => {
  await using api = await testApi();
  const { client } = api;
  const closed: Error[] = [];
  let calls = 0;
  await client.watch(
    coreConfigMaps,
    { namespace: 'default', sendInitialEvents: false },
    {
      onEvents: () => {
        calls++;
        throw new Error('no room');
      },
      onClose: (error) => void closed.push(error),
    },
  );
  await client.create(coreConfigMaps, configMap('a'));
  await client.create(coreConfigMaps, configMap('b'));
  await eventually(
    () => closed,
    (errors) => expect(errors.map(({ message }) => message)).toEqual(['the watch failed: no room']),
  );
  expect(calls).toBe(1);
});

test('a stopped watch hears nothing more', async () => {
  await using api = await testApi();
  const { client } = api;
  const seen: WatchEvent[] = [];
  const controller = new AbortController();
  const sink = {
    onEvents: (events: readonly WatchEvent[]) => void seen.push(...events),
    onClose: () => undefined,
  };
  const options = { namespace: 'default', sendInitialEvents: false };
  const handle = await client.watch(coreConfigMaps, options, sink);
  await client.watch(coreConfigMaps, { ...options, signal: controller.signal }, sink);
  handle.stop();
  controller.abort();
  await client.create(coreConfigMaps, configMap('a'));
  await client.list(coreConfigMaps);
  expect(seen).toEqual([]);
});
