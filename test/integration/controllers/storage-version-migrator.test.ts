import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createStorageVersionMigratorController } from '../../../src/controllers/storage-version-migrator/reconciler.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { RESOURCE_DEFINITIONS } from '../../../src/scheme/generated/definitions.ts';
import {
  autoscalingHorizontalPodAutoscalers,
  autoscalingV1HorizontalPodAutoscalers,
  storagemigrationStorageVersionMigrations,
} from '../../../src/scheme/generated/resources.ts';
import { TYPE_SCHEMAS } from '../../../src/scheme/generated/schemas.ts';
import type { HorizontalPodAutoscaler } from '../../../src/scheme/generated/types/autoscaling-v1.ts';
import type { StorageVersionMigration } from '../../../src/scheme/generated/types/storagemigration-v1beta1.ts';
import { STRATEGIES } from '../../../src/scheme/groups/strategies.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { GroupResource } from '../../../src/scheme/resource.ts';
import { Scheme } from '../../../src/scheme/scheme.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { runControllers } from '../../support/running-controllers.ts';
import { settled } from '../../support/settled.ts';

const OBJECTS = 1_200;
const AUTOSCALERS: GroupResource = { group: 'autoscaling', resource: 'horizontalpodautoscalers' };

/** An earlier release, which stored HorizontalPodAutoscalers as autoscaling/v1. */
function olderScheme(): Scheme {
  const definitions = RESOURCE_DEFINITIONS.map((definition) =>
    definition.resource === AUTOSCALERS.resource
      ? { ...definition, storageVersion: 'v1' }
      : definition,
  );
  return new Scheme({ definitions, types: TYPE_SCHEMAS, strategies: STRATEGIES });
}

const nameOf = (index: number): string => `hpa-${String(index).padStart(4, '0')}`;
/** What v1 calls `targetCPUUtilizationPercentage: 50`. */
const METRICS = [
  {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
  },
];

const autoscaler = (index: number): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: nameOf(index), namespace: 'default' },
  spec: {
    maxReplicas: index + 1,
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
    targetCPUUtilizationPercentage: 50,
  },
});

async function createMany(client: ApiClient, count: number): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  await Promise.all(
    indexes.map((index) => client.create(autoscalingV1HorizontalPodAutoscalers, autoscaler(index))),
  );
}

/** How many rows hold which apiVersion, by what the database says. */
async function storedVersions(url: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string; count: string }>(
      `select object->>'apiVersion' as version, count(*) as count
         from objects
        where api_group = $1 and resource = $2
        group by 1`,
      [AUTOSCALERS.group, AUTOSCALERS.resource],
    );
    return Object.fromEntries(rows.map(({ version, count }) => [version, Number(count)]));
  } finally {
    await client.end();
  }
}

/** A database that an earlier release has written, and this release on it. */
async function upgraded(count: number): Promise<TestApi> {
  const older = await testApi({ scheme: olderScheme() });
  await createMany(older.client, count);
  const api = await testApi({ databaseUrl: older.databaseUrl });
  return {
    ...api,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await older[Symbol.asyncDispose]();
    },
  };
}

function migrator({ scheme }: TestApi) {
  return createStorageVersionMigratorController({
    findResource: ({ group, resource }) => scheme.preferred(group, resource),
  });
}

function startMigration(
  client: ApiClient,
  resource = AUTOSCALERS,
): Promise<StorageVersionMigration> {
  return client.create(storagemigrationStorageVersionMigrations, {
    metadata: { name: 'm' },
    spec: { resource },
  });
}

/** `client`, but for how it patches. */
function withPatch(
  client: ApiClient,
  patch: (...args: Parameters<ApiClient['patch']>) => Promise<ApiObject>,
): ApiClient {
  return new Proxy(client, {
    get(target, property) {
      if (property === 'patch') return patch;
      const member: unknown = Reflect.get(target, property);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

const conditionsOf = ({ status }: StorageVersionMigration): string[] =>
  (status?.conditions ?? []).map(
    ({ type, status: value, message }) => `${type}=${value}: ${message}`,
  );

const readMigration = (client: ApiClient) => () =>
  client.get(storagemigrationStorageVersionMigrations, { name: 'm' });

const SUCCEEDED = (count: number) => `Succeeded=True: ${count} objects are in the storage version`;

describe('objects that an earlier release stored in another version', () => {
  test('are read as if they had been stored in this one', async () => {
    await using api = await upgraded(2);
    const { items } = await api.client.list(autoscalingHorizontalPodAutoscalers);
    expect(items.map(({ apiVersion, spec }) => [apiVersion, spec?.metrics])).toEqual([
      ['autoscaling/v2', METRICS],
      ['autoscaling/v2', METRICS],
    ]);
    expect(await storedVersions(api.databaseUrl)).toEqual({ 'autoscaling/v1': 2 });
  });

  test('are stored in this one by whoever writes them next, even without a change', async () => {
    await using api = await upgraded(3);
    const target = { namespace: 'default', name: nameOf(0) };
    const patch = { type: 'merge', patch: {} } as const;
    await api.client.patch(autoscalingHorizontalPodAutoscalers, target, patch);
    expect(await storedVersions(api.databaseUrl)).toEqual({
      'autoscaling/v1': 2,
      'autoscaling/v2': 1,
    });
  });
});

describe('a storage version migration', () => {
  test('rewrites every object, and loses no write that others make meanwhile', async () => {
    await using api = await upgraded(OBJECTS);
    const { client } = api;
    await using _running = await runControllers({ client, controllers: [migrator(api)] });
    await startMigration(client);
    const acknowledged = await writeUntil(client, async () => {
      return conditionsOf(await readMigration(client)()).includes(SUCCEEDED(OBJECTS));
    });
    expect(await storedVersions(api.databaseUrl)).toEqual({ 'autoscaling/v2': OBJECTS });
    const { items } = await client.list(autoscalingHorizontalPodAutoscalers);
    expect(items).toHaveLength(OBJECTS);
    for (const { metadata, spec } of items) {
      const index = Number(metadata.name?.slice('hpa-'.length));
      expect(spec?.maxReplicas).toBe(acknowledged.get(index) ?? index + 1);
      expect(spec?.metrics).toEqual(METRICS);
    }
    expect(acknowledged.size).toBeGreaterThan(0);
  });

  test('says how far it is, and that it is done', async () => {
    await using api = await upgraded(OBJECTS);
    const { client } = api;
    const seen: string[] = [];
    const watch = await client.watch(
      storagemigrationStorageVersionMigrations,
      {},
      {
        onEvents: (events) => seen.push(...events.flatMap(({ object }) => conditionsOf(object))),
        onClose: (error) => {
          throw error;
        },
      },
    );
    await using _running = await runControllers({ client, controllers: [migrator(api)] });
    await startMigration(client);
    await eventually(readMigration(client), (migration) =>
      expect(conditionsOf(migration)).toContain(SUCCEEDED(OBJECTS)),
    );
    watch.stop();
    expect([...new Set(seen)]).toEqual([
      'Running=True: ',
      `Running=True: 500 of ${OBJECTS} objects are in the storage version`,
      `Running=True: 1000 of ${OBJECTS} objects are in the storage version`,
      SUCCEEDED(OBJECTS).replace('Succeeded=True', 'Running=False'),
      SUCCEEDED(OBJECTS),
    ]);
    const { status } = await readMigration(client)();
    expect(status?.resourceVersion).toMatch(/^\d+$/);
  });

  test('goes on where it was when the process that ran it is gone', async () => {
    await using api = await upgraded(OBJECTS);
    const { client } = api;
    const patched: string[] = [];
    const gone = deferred<never>();
    // The first process stops in the middle of the second page, without a word: its writes do not return.
    const dying = withPatch(client, (...args) => {
      if (patched.length >= 700) return gone.promise;
      patched.push(args[1].name);
      return client.patch(...args);
    });
    await startMigration(client);
    await using _first = await runControllers({ client: dying, controllers: [migrator(api)] });
    await eventually(
      () => patched.length,
      (count) => expect(count).toBe(700),
    );
    await eventually(readMigration(client), (migration) =>
      expect(conditionsOf(migration)).toEqual([
        `Running=True: 500 of ${OBJECTS} objects are in the storage version`,
      ]),
    );
    const versionsBefore = await resourceVersions(client);
    const rewritten: string[] = [];
    const counting = withPatch(client, (...args) => {
      rewritten.push(args[1].name);
      return client.patch(...args);
    });
    await using _second = await runControllers({ client: counting, controllers: [migrator(api)] });
    await eventually(readMigration(client), (migration) =>
      expect(conditionsOf(migration)).toContain(SUCCEEDED(OBJECTS)),
    );
    expect(rewritten).toHaveLength(OBJECTS - 500);
    expect(await storedVersions(api.databaseUrl)).toEqual({ 'autoscaling/v2': OBJECTS });
    const versionsAfter = await resourceVersions(client);
    for (const name of patched.slice(0, 500)) {
      expect(versionsAfter.get(name)).toBe(versionsBefore.get(name));
    }
    gone.reject(new Error('the process is gone'));
  });

  test('writes nothing that is in the storage version already', async () => {
    await using api = await testApi();
    const { client } = api;
    await createMany(client, 10);
    const before = await resourceVersions(client);
    await using _running = await runControllers({ client, controllers: [migrator(api)] });
    await startMigration(client);
    await eventually(readMigration(client), (migration) =>
      expect(conditionsOf(migration)).toContain(SUCCEEDED(10)),
    );
    expect(await resourceVersions(client)).toEqual(before);
  });

  test('of a resource that does not exist gives it a minute to come, then fails and says why', async () => {
    const clock = new VirtualClock();
    await using api = await testApi({ clock });
    const { client } = api;
    let isServed = false;
    const controller = createStorageVersionMigratorController({
      findResource: ({ group, resource }) =>
        isServed ? api.scheme.preferred(group, resource) : undefined,
    });
    await using _running = await runControllers({ client, clock, controllers: [controller] });
    await startMigration(client);
    await settled();
    clock.advance(55_000);
    await settled();
    expect(conditionsOf(await readMigration(client)())).toEqual([]);
    isServed = true;
    const succeeded = (migration: StorageVersionMigration) =>
      expect(conditionsOf(migration)).toContain(SUCCEEDED(0));
    await asTimePasses({ clock }, readMigration(client), succeeded);
    await client.delete(storagemigrationStorageVersionMigrations, { name: 'm' });
    await startMigration(client, { group: 'example.org', resource: 'bananas' });
    await asTimePasses({ clock }, readMigration(client), (migration) =>
      expect(conditionsOf(migration)).toEqual([
        'Failed=True: resource not found: bananas.example.org is none whose objects can be listed and written',
      ]),
    );
  });

  test('names a resource, and no other later', async () => {
    await using api = await testApi();
    const { client } = api;
    await expect(startMigration(client, { group: '', resource: '' })).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('spec.resource.resource: Required value'),
    });
    await startMigration(client);
    const patch = { spec: { resource: { group: '', resource: 'pods' } } };
    await expect(
      client.patch(
        storagemigrationStorageVersionMigrations,
        { name: 'm' },
        { type: 'merge', patch },
      ),
    ).rejects.toMatchObject({ reason: 'Invalid' });
  });
});

async function resourceVersions(client: ApiClient): Promise<Map<string, string>> {
  const { items } = await client.list(autoscalingHorizontalPodAutoscalers);
  return new Map(
    items.map(({ metadata }) => [metadata.name ?? '', metadata.resourceVersion ?? '']),
  );
}

/** Eight writers change objects until `isOver`; what was acknowledged last of each, by its index. */
async function writeUntil(
  client: ApiClient,
  isOver: () => Promise<boolean>,
): Promise<Map<number, number>> {
  const acknowledged = new Map<number, number>();
  const state = { isOver: false };
  const writer = async (lane: number): Promise<void> => {
    for (let round = 0; !state.isOver; round++) {
      // Each writer has objects of its own, so that what it wrote last is what must be there.
      const index = ((round * 7) % Math.floor(OBJECTS / 8)) * 8 + lane;
      const target = { namespace: 'default', name: nameOf(index) };
      const maxReplicas = 10_000 + round;
      await client.patch(autoscalingHorizontalPodAutoscalers, target, {
        type: 'merge',
        patch: { spec: { maxReplicas } },
      });
      acknowledged.set(index, maxReplicas);
    }
  };
  const writers = Array.from({ length: 8 }, (_, lane) => writer(lane));
  try {
    await eventually(isOver, (over) => expect(over).toBe(true), { withinMs: 30_000 });
  } finally {
    state.isOver = true;
    await Promise.all(writers);
  }
  return acknowledged;
}
