/** What controllers do about a Redis that has started anew, and may have forgotten anything. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Controller, done } from '../../../src/machinery/controller.ts';
import { createBullmqBackend } from '../../../src/queues/bullmq-backend.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import { keyOf } from '../../../src/scheme/object.ts';
import { configMap } from '../../support/api-objects.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';
import { hasRedis, RedisServer } from '../../support/redis-server.ts';
import { runControllers } from '../../support/running-controllers.ts';

/** A controller runs in several processes at once, in one of several, or in the only one. */
type Company = 'others' | 'successors' | 'nobody';

/** A process with one controller, which runs a key for each ConfigMap when that comes, and then never again by itself. */
interface WitnessProcess extends AsyncDisposable {
  /** How often the controller began. */
  readonly beginnings: number;
  runsOf(name: string): number;
  /** Makes a ConfigMap. */
  create(name: string): Promise<void>;
}

async function witnessProcess(redisUrl: string, company: Company): Promise<WitnessProcess> {
  const runs = new Map<string, number>();
  let beginnings = 0;
  const witness: Controller = {
    name: 'witness',
    singleton: company === 'successors',
    setUp: ({ informers, queue }) => {
      beginnings++;
      informers.informer(coreConfigMaps).addHandler({ onAdd: (added) => queue.add(keyOf(added)) });
      return async (key) => {
        runs.set(key, (runs.get(key) ?? 0) + 1);
        return done;
      };
    },
  };
  const database = await createTestDatabase();
  const api = await testApi({ databaseUrl: database.url });
  const isAlone = company === 'nobody';
  const backend = await createBullmqBackend({ redisUrl, exclusive: isAlone });
  const running = await runControllers({
    client: api.client,
    backend,
    controllers: [witness],
    ...(isAlone ? {} : { shared: { identity: 'witness' } }),
  });
  return {
    get beginnings() {
      return beginnings;
    },
    runsOf: (name) => runs.get(`default/${name}`) ?? 0,
    create: async (name) => void (await api.client.create(coreConfigMaps, configMap(name))),
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await backend.close();
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function testRestarts(): void {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = new RedisServer();
    await redis.start();
  });

  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
  });

  test.each<[string, Company]>([
    ['which others run as well', 'others'],
    ['which one process at a time runs', 'successors'],
    ['of the only process', 'nobody'],
  ])(
    'a controller %s begins anew with Redis, so that what was forgotten there is made up for',
    async (_, company) => {
      await using process = await witnessProcess(redis.url, company);
      await process.create('kept');
      await eventually(() => expect(process.runsOf('kept')).toBe(1));
      for (const times of [2, 3]) {
        await redis.kill();
        redis.forget();
        await redis.start();
        await eventually(() => expect(process.runsOf('kept')).toBe(times));
        await process.create(`new-${times}`);
        await eventually(() => expect(process.runsOf(`new-${times}`)).toBe(1));
      }
      expect(process.beginnings).toBe(3);
    },
  );

  test('a controller goes on when its connections to Redis were cut and nothing is forgotten', async () => {
    await using process = await witnessProcess(redis.url, 'others');
    await process.create('kept');
    await eventually(() => expect(process.runsOf('kept')).toBe(1));
    const admin = new Redis(redis.url);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    admin.disconnect();
    await process.create('new');
    await eventually(() => expect(process.runsOf('new')).toBeGreaterThan(0));
    expect(process.beginnings).toBe(1);
  });
}

if (hasRedis) testRestarts();
else {
  // biome-ignore lint/suspicious/noSkippedTests: without a Redis the suite says by name what it leaves out.
  test.skip('a Redis that starts anew: none to start (no redis-server on the PATH)', () =>
    undefined);
}
