import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import { testGraphql } from '../../support/graphql-server.ts';

const WATCH = `subscription {
  watchCoreV1ConfigMaps(namespace: "default", sendInitialEvents: true) { object { metadata { name } } }
}`;

interface Event {
  readonly watchCoreV1ConfigMaps: {
    readonly object: { readonly metadata: { readonly name: string } };
  };
}

/** Reads on until an event is about `name`. */
async function reads(stream: AsyncIterator<{ data?: Event | null }>, name: string): Promise<void> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error(`the stream ended before ${name}`);
    if (value.data?.watchCoreV1ConfigMaps.object?.metadata.name === name) return;
  }
}

test('a stream goes on when its token ends, and nothing new begins on its connection', async () => {
  const good = new Set(['secret']);
  const authenticator = {
    authenticate: ({ bearerToken = '' }) =>
      good.has(bearerToken) ? { user: ADMIN_USER } : undefined,
  };
  await using server = await testGraphql({ api: { authenticators: [authenticator] } });
  const closed: unknown[] = [];
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: 'Bearer secret' },
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => undefined,
    on: { closed: (event) => closed.push((event as { code: number }).code) },
  });
  await server.api.client.create(coreConfigMaps, configMap('before'));
  const stream = client.iterate<Event>({ query: WATCH });
  await reads(stream as never, 'before');
  good.clear();
  await server.api.client.create(coreConfigMaps, configMap('after'));
  await reads(stream as never, 'after');
  await expect(client.iterate({ query: WATCH }).next()).rejects.toBeDefined();
  expect(closed).toEqual([4401]);
  await client.dispose();
});
