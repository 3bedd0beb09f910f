import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deferred } from '../../../src/lib/deferred.ts';
import { MetricRegistry } from '../../../src/lib/metrics.ts';
import {
  type Controller,
  type ControllerContext,
  done,
} from '../../../src/machinery/controller.ts';
import type { QueueBackend } from '../../../src/machinery/work-queue.ts';
import { readMetrics } from '../../../src/observability/metrics/read-metrics.ts';
import { createBullmqBackend } from '../../../src/queues/bullmq-backend.ts';
import {
  coordinationLeases,
  coreConfigMaps,
  coreSecrets,
} from '../../../src/scheme/generated/resources.ts';
import { keyOf, splitKey } from '../../../src/scheme/object.ts';
import { configMap } from '../../support/api-objects.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { runControllers } from '../../support/running-controllers.ts';

let database: TestDatabase;
let api: TestApi;
beforeEach(async () => {
  database = await createTestDatabase();
  api = await testApi({ databaseUrl: database.url });
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const backend = (): Promise<QueueBackend> => createBullmqBackend({ databaseUrl: database.url });

/** Gives every ConfigMap labelled `mirror` a Secret of its name, once. */
function mirrorController(overrides: Partial<Controller> = {}): Controller {
  return {
    name: 'mirror',
    setUp: ({ client, informers, queue }) => {
      const configMaps = informers.informer(coreConfigMaps);
      const secrets = informers.informer(coreSecrets);
      configMaps.addHandler({
        onAdd: (object) => queue.add(keyOf(object)),
        onUpdate: (_previous, object) => queue.add(keyOf(object)),
      });
      return async (key) => {
        const source = configMaps.get(key);
        if (!source?.metadata.labels?.mirror || secrets.get(key)) return done;
        await client.create(coreSecrets, {
          metadata: splitKey(key),
          stringData: source.data ?? {},
        });
        return done;
      };
    },
    ...overrides,
  };
}

const mirrored = (name: string) => {
  const source = configMap(name, { value: name });
  return { ...source, metadata: { ...source.metadata, labels: { mirror: 'true' } } };
};

const secretNames = async (): Promise<string[]> => {
  const { items } = await api.client.list(coreSecrets, { namespace: 'default' });
  return items.map(({ metadata }) => metadata.name ?? '').sort();
};

describe('ControllerManager', () => {
  test('reconciles what is there at the start and what comes later', async () => {
    await api.client.create(coreConfigMaps, mirrored('before'));
    const queues = await backend();
    {
      await using _ = await runControllers({
        client: api.client,
        controllers: [mirrorController()],
        backend: queues,
      });
      await eventually(secretNames, (names) => expect(names).toEqual(['before']));
      await api.client.create(coreConfigMaps, mirrored('later'));
      await eventually(secretNames, (names) => expect(names).toEqual(['before', 'later']));
    }
    await queues.close();
  });

  test('no handler hears anything before all informers of its controller have synced', async () => {
    await api.client.create(coreConfigMaps, mirrored('one'));
    const early: string[] = [];
    const watching: Controller = {
      name: 'watching',
      setUp: ({ informers }) => {
        const all = [informers.informer(coreConfigMaps), informers.informer(coreSecrets)];
        for (const informer of all) {
          informer.addHandler({
            onAdd: () => {
              if (!all.every(({ hasSynced }) => hasSynced)) early.push(informer.ref.resource);
            },
          });
        }
        return async () => done;
      },
    };
    await using _ = await runControllers({ client: api.client, controllers: [watching] });
    expect(early).toEqual([]);
  });

  test('a stop waits for the key that is being worked on, and a new start goes on', async () => {
    const queues = await backend();
    const started = deferred();
    const gate = deferred();
    let aborted = false;
    const slow = mirrorController({
      setUp: (context: ControllerContext) => {
        const reconcile = mirrorController().setUp(context);
        return async (key, signal) => {
          started.resolve();
          await gate.promise;
          aborted = signal.aborted;
          return reconcile(key, signal);
        };
      },
    });
    const running = await runControllers({
      client: api.client,
      controllers: [slow],
      backend: queues,
    });
    await api.client.create(coreConfigMaps, mirrored('slow'));
    await started.promise;
    const stopping = running[Symbol.asyncDispose]();
    gate.resolve();
    await stopping;
    expect(aborted).toBe(true);
    expect(await secretNames()).toEqual(['slow']);
    await api.client.create(coreConfigMaps, mirrored('while-down'));
    {
      await using _ = await runControllers({
        client: api.client,
        controllers: [mirrorController()],
        backend: queues,
      });
      await eventually(secretNames, (names) => expect(names).toEqual(['slow', 'while-down']));
    }
    await queues.close();
  });

  test('two processes that share the queues create nothing twice', async () => {
    const creates: string[] = [];
    /** Counts by what its own informer shows: without a catch-up, the second process would not see the first one's work. */
    const counting: Controller = {
      name: 'counting',
      setUp: ({ client, informers, queue }) => {
        const secrets = informers.informer(coreSecrets);
        informers.informer(coreConfigMaps).addHandler({
          onAdd: (object) => queue.add(keyOf(object)),
          onUpdate: (_previous, object) => queue.add(keyOf(object)),
        });
        return async (key) => {
          const { namespace, name } = splitKey(key);
          if (name === 'kube-root-ca.crt') return done;
          const owned = [...secrets.list()].filter(
            ({ metadata }) => metadata.labels?.owner === name,
          );
          if (owned.length > 0) return done;
          const metadata = { namespace, generateName: `${name}-`, labels: { owner: name } };
          const { metadata: created } = await client.create(coreSecrets, { metadata });
          creates.push(created.name ?? '');
          return done;
        };
      },
    };
    await using otherApi = await testApi({ databaseUrl: database.url });
    const backends = [await backend(), await backend()] as const;
    {
      await using _one = await runControllers({
        client: api.client,
        controllers: [counting],
        backend: backends[0],
        shared: { identity: 'one' },
      });
      await using _two = await runControllers({
        client: otherApi.client,
        controllers: [counting],
        backend: backends[1],
        shared: { identity: 'two' },
      });
      const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
      await Promise.all(names.map((name) => api.client.create(coreConfigMaps, configMap(name))));
      const touch = (name: string, value: string) =>
        otherApi.client.patch(
          coreConfigMaps,
          { namespace: 'default', name },
          { type: 'merge', patch: { data: { value } } },
        );
      for (const value of ['1', '2', '3'])
        await Promise.all(names.map((name) => touch(name, value)));
      await eventually(() => expect(new Set(creates.map(ownerOf)).size).toBe(30));
    }
    expect(creates.map(ownerOf).sort()).toEqual([...new Set(creates.map(ownerOf))].sort());
    await Promise.all(backends.map((one) => one.close()));
  });

  test('a singleton controller works in one process at a time, and moves when it stops', async () => {
    const singleton = (log: string[]): Controller => ({
      name: 'singleton',
      singleton: true,
      setUp: ({ informers, queue }) => {
        log.push('set up');
        informers.informer(coreConfigMaps).addHandler({
          onAdd: (object) => queue.add(keyOf(object)),
        });
        return async (key) => {
          if (key.startsWith('default/')) log.push(key);
          return done;
        };
      },
    });
    const logs: [string[], string[]] = [[], []];
    const backends = [await backend(), await backend()] as const;
    const figures = [new MetricRegistry(), new MetricRegistry()] as const;
    const leads = async (): Promise<string[]> =>
      (await Promise.all(figures.map(readMetrics))).flatMap((text) =>
        [...text.matchAll(/^leader_election_master_status.*$/gm)].map(([line]) => line),
      );
    const first = await runControllers({
      client: api.client,
      metrics: figures[0],
      controllers: [singleton(logs[0])],
      backend: backends[0],
      shared: { identity: 'one' },
    });
    await eventually(() => expect(logs[0]).toEqual(['set up']));
    const second = await runControllers({
      client: api.client,
      metrics: figures[1],
      controllers: [singleton(logs[1])],
      backend: backends[1],
      shared: { identity: 'two' },
    });
    await api.client.create(coreConfigMaps, configMap('one'));
    await eventually(() => expect(logs[0]).toContain('default/one'));
    expect(logs[1]).toEqual([]);
    expect(await leads()).toEqual([
      'leader_election_master_status{name="orrery-singleton"} 1',
      'leader_election_master_status{name="orrery-singleton"} 0',
    ]);
    await first[Symbol.asyncDispose]();
    await eventually(() => expect(logs[1]).toContain('default/one'));
    expect(await leads()).toEqual(['leader_election_master_status{name="orrery-singleton"} 1']);
    const lease = { namespace: 'kube-system', name: 'orrery-singleton' };
    expect((await api.client.get(coordinationLeases, lease)).spec?.holderIdentity).toBe('two');
    await second[Symbol.asyncDispose]();
    await Promise.all(backends.map((one) => one.close()));
  });
});

function ownerOf(secretName: string): string {
  return secretName.slice(0, secretName.lastIndexOf('-'));
}
