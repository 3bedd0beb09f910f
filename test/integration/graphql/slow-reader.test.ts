import { describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { deferred } from '../../../src/lib/deferred.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import { createConfigMap } from '../../support/event-streams.ts';
import { eventually } from '../../support/eventually.ts';
import { TEST_TOKEN, testGraphql } from '../../support/graphql-server.ts';

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
    await createConfigMap(plane, 'big');
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
