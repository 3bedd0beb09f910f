import { describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ApiClient, WatchHandle } from '../../../src/apiserver/client.ts';
import { type Deferred, deferred } from '../../../src/lib/deferred.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { coreConfigMaps, coreSecrets } from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient, GraphqlRequestError, type Received } from '../../support/graphql-client.ts';
import { TEST_TOKEN, type TestGraphql, testGraphql } from '../../support/graphql-server.ts';
import { testSeed } from '../../support/test-seed.ts';
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

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly resourceVersion: string;
  readonly initialEventsEnd: boolean;
  readonly object: { kind: string; metadata: { name: string } } | null;
}

const FIELDS = 'type resourceVersion initialEventsEnd object { kind metadata { name } }';
const WATCH = `subscription ($from: String, $initial: Boolean, $labels: String) {
  events: watchCoreV1ConfigMaps(
    namespace: "default", resourceVersion: $from, sendInitialEvents: $initial, labelSelector: $labels
  ) { ${FIELDS} }
}`;
const WATCH_BOTH = `subscription ($from: String, $initial: Boolean) {
  events: watch(
    resources: [{resource: "cm", namespace: "default"}, {resource: "secrets", namespace: "default"}]
    resourceVersion: $from, sendInitialEvents: $initial
  ) { ${FIELDS} }
}`;

type Stream = Received<{ events: Event }>;

const eventsOf = (stream: Stream): Event[] => stream.results.map(({ events }) => events);
const describeEvents = (stream: Stream): string[] =>
  eventsOf(stream).map(({ type, object }) => `${type} ${object?.metadata.name ?? ''}`.trim());

const create = (plane: TestGraphql, name: string) =>
  plane.api.client.create(coreConfigMaps, configMap(name));

describe('a subscription', () => {
  test('delivers the present, then every change, in order', async () => {
    await using plane = await testGraphql();
    await create(plane, 'a');
    const stream: Stream = plane.client.subscribe(WATCH);
    await eventually(
      () => stream.results,
      (results) => expect(results).toHaveLength(1),
    );
    await create(plane, 'b');
    await plane.api.client.update(coreConfigMaps, {
      ...configMap('a', { x: '1' }),
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
    await plane.api.client.delete(coreConfigMaps, { namespace: 'default', name: 'b' });
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b']),
    );
  });

  test('follows a list without a gap', async () => {
    await using plane = await testGraphql();
    await create(plane, 'before');
    const { core } = await plane.client.request<{
      core: { v1: { configMaps: { metadata: { resourceVersion: string } } } };
    }>('{ core { v1 { configMaps { metadata { resourceVersion } } } } }');
    await create(plane, 'between');
    const from = core.v1.configMaps.metadata.resourceVersion;
    const stream: Stream = plane.client.subscribe(WATCH, { from });
    await create(plane, 'after');
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED between', 'ADDED after']),
    );
  });

  test('marks the end of the present when asked to', async () => {
    await using plane = await testGraphql();
    await create(plane, 'a');
    const stream: Stream = plane.client.subscribe(WATCH, { initial: true });
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED a', 'BOOKMARK']),
    );
    expect(eventsOf(stream)[1]).toMatchObject({ initialEventsEnd: true, object: null });
  });

  test('sees objects come into its selection and leave it', async () => {
    await using plane = await testGraphql();
    const stream: Stream = plane.client.subscribe(WATCH, { labels: 'on=yes' });
    const labelled = (labels: Record<string, string>) => ({
      ...configMap('a'),
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default', labels },
    });
    await create(plane, 'a');
    await plane.api.client.update(coreConfigMaps, labelled({ on: 'yes' }));
    await plane.api.client.update(coreConfigMaps, labelled({}));
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED a', 'DELETED a']),
    );
  });

  test('from a version past retention ends with Expired, and then completes', async () => {
    const clock = new VirtualClock();
    await using plane = await testGraphql({
      api: { clock, store: { retentionMs: 1_000, maxRecentEvents: 1 } },
    });
    for (let i = 0; i < 5; i++) await create(plane, `old-${i}`);
    clock.advance(10_000);
    await create(plane, 'new');
    await plane.api.store.compact();
    const stream: Stream = plane.client.subscribe(WATCH, { from: '1' });
    const error = await stream.ended;
    expect(error).toBeInstanceOf(GraphqlRequestError);
    expect((error as GraphqlRequestError).code).toBe('Expired');
    expect((error as GraphqlRequestError).status).toMatchObject({ code: 410 });
  });

  test('goes on when the schema changes, and the new schema is there at once', async () => {
    await using plane = await testGraphql();
    const stream: Stream = plane.client.subscribe(WATCH);
    await create(plane, 'before');
    const configMaps = plane.api.scheme.find('', 'v1', 'configmaps');
    if (!configMaps) throw new Error('no config maps');
    plane.api.scheme.setExtension('widgets.example.com', {
      types: [],
      definitions: [
        {
          ...configMaps,
          group: 'example.com',
          resource: 'widgets',
          kind: 'Widget',
          listKind: 'WidgetList',
          singular: 'widget',
          shortNames: [],
        },
      ],
    });
    expect(
      await plane.client.request('{ example_com { v1 { widgets { items { kind } } } } }'),
    ).toEqual({ example_com: { v1: { widgets: { items: [] } } } });
    await create(plane, 'after');
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED before', 'ADDED after']),
    );
  });
});

describe('tables', () => {
  test('are watched row by row', async () => {
    await using plane = await testGraphql();
    const stream = plane.client.subscribe<{ watchTable: unknown }>(
      'subscription { watchTable(resource: "cm", namespace: "default") { type columns { name } row { cells } } }',
    );
    await plane.api.client.create(coreConfigMaps, configMap('a', { x: '1', y: '2' }));
    await eventually(
      () => stream.results,
      (results) =>
        expect(results).toMatchObject([
          {
            watchTable: {
              type: 'ADDED',
              columns: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
              row: { cells: ['a', '2', expect.any(String)] },
            },
          },
        ]),
    );
  });
});

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
    testSeed();
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
      .filter((_, i) => i % 15 === 0)
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

describe('a reader that is too slow', () => {
  test('is told where to resume, and resumes there with nothing lost', async () => {
    await using plane = await testGraphql();
    const query = `subscription ($from: String) {
      watchCoreV1ConfigMaps(namespace: "default", resourceVersion: $from) {
        type resourceVersion object { data }
      }
    }`;
    const socket = new WebSocket(
      `${plane.url.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
    );
    const messages: SlowMessage[] = [];
    const acknowledged = deferred();
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { token: TEST_TOKEN } })),
    );
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as SlowMessage;
      messages.push(message);
      if (message.type === 'connection_ack') acknowledged.resolve();
    });
    await acknowledged.promise;
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await create(plane, 'big');
    await eventually(
      () => messages.length,
      (count) => expect(count).toBe(2),
    );
    socket.pause();
    const versions: string[] = [];
    for (let i = 0; i < 60; i++) {
      const { metadata } = await plane.api.client.patch(
        coreConfigMaps,
        { namespace: 'default', name: 'big' },
        { type: 'merge', patch: { data: { a: `${i}`.padEnd(400_000, '.') } } },
      );
      versions.push(metadata.resourceVersion ?? '');
    }
    socket.resume();
    await eventually(
      () => messages.at(-1),
      (last) => expect(last).toEqual({ id: '1', type: 'complete' }),
    );
    socket.terminate();
    const error = messages.at(-2)?.payload?.errors?.[0];
    expect(error?.extensions.code).toBe('TooManyRequests');
    const resumeFrom = error?.extensions.status.details.causes[0]?.message ?? '';
    const received = messages.flatMap(({ payload }) => {
      const event = payload?.data?.watchCoreV1ConfigMaps;
      return event ? [event.resourceVersion] : [];
    });
    expect(received.at(-1)).toBe(resumeFrom);
    const again = plane.client.subscribe<{ watchCoreV1ConfigMaps: { resourceVersion: string } }>(
      query,
      { from: resumeFrom },
    );
    const missing = versions.length + 1 - received.length;
    expect(missing).toBeGreaterThan(0);
    await eventually(
      () => again.results,
      (results) => expect(results).toHaveLength(missing),
    );
    const resumed = again.results.map((result) => result.watchCoreV1ConfigMaps.resourceVersion);
    expect([...received.slice(1), ...resumed]).toEqual(versions);
  });
});

interface SlowMessage {
  readonly type: string;
  readonly payload?: {
    readonly data?: { watchCoreV1ConfigMaps: { resourceVersion: string } };
    readonly errors?: {
      extensions: {
        code: string;
        status: { details: { causes: { reason: string; message: string }[] } };
      };
    }[];
  };
}

test('a client that reconnects after a lost connection goes on from its last event', async () => {
  await using plane = await testGraphql();
  await using other = new GraphqlClient({ url: plane.url, token: TEST_TOKEN });
  const first: Stream = other.subscribe(WATCH);
  await create(plane, 'a');
  await eventually(
    () => describeEvents(first),
    (seen) => expect(seen).toEqual(['ADDED a']),
  );
  await other[Symbol.asyncDispose]();
  await create(plane, 'b');
  const from = eventsOf(first).at(-1)?.resourceVersion;
  const second: Stream = plane.client.subscribe(WATCH, { from });
  await create(plane, 'c');
  await eventually(
    () => describeEvents(second),
    (seen) => expect(seen).toEqual(['ADDED b', 'ADDED c']),
  );
});
