import { describe, expect, test } from '@jest/globals';
import type { ApiClient, GetOptions, ListOptions } from '../../../src/apiserver/client.ts';
import { SnapshotReader } from '../../../src/graphql/snapshot-reader.ts';
import { ApiError, forbidden } from '../../../src/scheme/errors.ts';
import { coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';

const node = (name: string): ApiObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });

/** Answers reads at a version that moves on with each one, and remembers them. */
class MovingClient {
  readonly lists: ListOptions[] = [];
  readonly gets: GetOptions[] = [];
  readonly refusals: Error[] = [];
  #version = 100;

  async list(_ref: unknown, options: ListOptions = {}) {
    this.lists.push(options);
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const at =
      options.at && 'resourceVersion' in options.at ? options.at.resourceVersion : undefined;
    return {
      apiVersion: 'v1',
      kind: 'List',
      metadata: { resourceVersion: at ?? String(this.#version++) },
      items: Array.from({ length: 20 }, (_, i) => node(`node-${i}`)),
    };
  }

  async get(_ref: unknown, options: GetOptions) {
    this.gets.push(options);
    options.onVersion?.(String(this.#version++));
    if (options.name.startsWith('missing')) throw new ApiError('NotFound', 'not found');
    return node(options.name);
  }
}

function readerOf(options: ConstructorParameters<typeof SnapshotReader>[1] = {}) {
  const client = new MovingClient();
  return { client, reader: new SnapshotReader(client as unknown as ApiClient, options) };
}

describe('all reads of one request', () => {
  test('are at the version of the first, even when they begin together', async () => {
    const { client, reader } = readerOf();
    const [pods, nodes] = await Promise.all([reader.list(corePods), reader.list(coreNodes)]);
    await reader.get(coreNodes, { name: 'node-1' });
    expect([pods, nodes].map(({ metadata }) => metadata.resourceVersion)).toEqual(['100', '100']);
    expect(client.lists.map(({ at }) => at)).toEqual([undefined, { resourceVersion: '100' }]);
    expect(client.gets).toEqual([{ name: 'node-1', at: { resourceVersion: '100' } }]);
  });

  test('are at the moment that was asked for', async () => {
    const { client, reader } = readerOf({ at: { timeMs: 5 } });
    await reader.list(corePods);
    expect(client.lists).toEqual([{ at: { timeMs: 5 } }]);
  });

  test('leave alone a list that chooses its own moment', async () => {
    const { client, reader } = readerOf();
    await reader.list(corePods, { resourceVersion: '0' });
    await reader.list(corePods, { continue: 'token' });
    await reader.list(corePods);
    expect(client.lists).toEqual([{ resourceVersion: '0' }, { continue: 'token' }, {}]);
  });

  test('find another first one when the first fails', async () => {
    const { client, reader } = readerOf();
    client.refusals.push(forbidden({ group: '', resource: 'pods', name: '' }, 'no'));
    const [pods, nodes] = await Promise.allSettled([reader.list(corePods), reader.list(coreNodes)]);
    expect([pods.status, nodes.status]).toEqual(['rejected', 'fulfilled']);
    expect(client.lists[1]).toEqual({});
  });
});

describe('one object', () => {
  test('is read with its version, at which what follows is read, also when it is not there', async () => {
    for (const name of ['node-0', 'missing']) {
      const { client, reader } = readerOf();
      await Promise.allSettled([reader.get(coreNodes, { name }), reader.list(corePods)]);
      expect(client.gets).toMatchObject([{ name }]);
      expect(client.lists).toEqual([{ at: { resourceVersion: '100' } }]);
    }
  });

  test('is simply read when nothing follows', async () => {
    const { client, reader } = readerOf({ isOnlyRead: true });
    await reader.get(coreNodes, { name: 'node-0' });
    expect(client.gets).toEqual([{ name: 'node-0' }]);
  });
});

describe('finding by name', () => {
  test('reads a few one by one, and nothing twice', async () => {
    const { client, reader } = readerOf({ at: { resourceVersion: '7' } });
    const names = ['node-1', 'missing-1', 'node-1'];
    const found = await Promise.all(names.map((name) => reader.find(coreNodes, { name })));
    expect(found.map((object) => object?.metadata.name)).toEqual(['node-1', undefined, 'node-1']);
    expect(client.gets).toHaveLength(2);
  });

  test('reads one list for many: the cost does not grow with who asks', async () => {
    const { client, reader } = readerOf();
    const names = Array.from({ length: 10_000 }, (_, i) => `node-${i % 30}`);
    const found = await Promise.all(names.map((name) => reader.find(coreNodes, { name })));
    expect(client.lists).toHaveLength(1);
    expect(client.gets).toHaveLength(0);
    expect(found.filter((object) => object === null)).toHaveLength(
      found.length - countFound(names),
    );
  });
});

/** Names of nodes that exist: the client has twenty. */
function countFound(names: readonly string[]): number {
  return names.filter((name) => Number(name.slice('node-'.length)) < 20).length;
}
