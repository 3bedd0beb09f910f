import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import { configMap } from '../../support/api-objects.ts';
import {
  createConfigMap,
  describeEvents,
  eventsOf,
  type Stream,
  WATCH,
} from '../../support/event-streams.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient, GraphqlRequestError } from '../../support/graphql-client.ts';
import { TEST_TOKEN, testGraphql } from '../../support/graphql-server.ts';

describe('a subscription', () => {
  test('delivers the present, then every change, in order', async () => {
    await using plane = await testGraphql();
    await createConfigMap(plane, 'a');
    const stream: Stream = plane.client.subscribe(WATCH);
    await eventually(
      () => stream.results,
      (results) => expect(results).toHaveLength(1),
    );
    await createConfigMap(plane, 'b');
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
    await createConfigMap(plane, 'before');
    const { core } = await plane.client.request<{
      core: { v1: { configMaps: { metadata: { resourceVersion: string } } } };
    }>('{ core { v1 { configMaps { metadata { resourceVersion } } } } }');
    await createConfigMap(plane, 'between');
    const from = core.v1.configMaps.metadata.resourceVersion;
    const stream: Stream = plane.client.subscribe(WATCH, { from });
    await createConfigMap(plane, 'after');
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED between', 'ADDED after']),
    );
  });

  test('marks the end of the present when asked to', async () => {
    await using plane = await testGraphql();
    await createConfigMap(plane, 'a');
    const stream: Stream = plane.client.subscribe(WATCH, { initial: true });
    await eventually(
      () => describeEvents(stream),
      (seen) => expect(seen).toEqual(['ADDED a', 'BOOKMARK']),
    );
    expect(eventsOf(stream)[1]).toMatchObject({ initialEventsEnd: true, object: null });
  });

  test('sees objects come into its selection and leave it', async () => {
    await using plane = await testGraphql();
    const labelled = (labels: Record<string, string>): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default', labels },
    });
    const created = await plane.api.client.create(coreConfigMaps, labelled({}));
    // From there on: the watch opens while the writes go on.
    const from = created.metadata.resourceVersion;
    const stream: Stream = plane.client.subscribe(WATCH, { labels: 'on=yes', from });
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
    for (let i = 0; i < 5; i++) await createConfigMap(plane, `old-${i}`);
    clock.advance(10_000);
    await createConfigMap(plane, 'new');
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
    await createConfigMap(plane, 'before');
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
    await createConfigMap(plane, 'after');
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

test('a client that reconnects after a lost connection goes on from its last event', async () => {
  await using plane = await testGraphql();
  await using other = new GraphqlClient({ url: plane.url, token: TEST_TOKEN });
  const first: Stream = other.subscribe(WATCH);
  await createConfigMap(plane, 'a');
  await eventually(
    () => describeEvents(first),
    (seen) => expect(seen).toEqual(['ADDED a']),
  );
  await other[Symbol.asyncDispose]();
  await createConfigMap(plane, 'b');
  const from = eventsOf(first).at(-1)?.resourceVersion;
  const second: Stream = plane.client.subscribe(WATCH, { from });
  await createConfigMap(plane, 'c');
  await eventually(
    () => describeEvents(second),
    (seen) => expect(seen).toEqual(['ADDED b', 'ADDED c']),
  );
});
