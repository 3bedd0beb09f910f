/** A Redis that is killed amid work, and comes back with what it had or with nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectQueueSurvivesKill, mortalRedis } from '../../support/queue-kills.ts';
import { hasRedis, RedisServer } from '../../support/redis-server.ts';
import { testSeed } from '../../support/test-seed.ts';

const KILLS = 2;

function testKills(): void {
  const seed = testSeed();
  let redis: RedisServer;

  beforeAll(async () => {
    redis = new RedisServer();
    await redis.start();
  });

  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
  });

  test.each([
    ['what it had', true],
    ['nothing', false],
  ])(
    'no key is lost, late or run twice at once when Redis is killed under load and comes back with %s',
    async (_, keeps) => {
      let kills = 0;
      for (; kills < KILLS; kills++) {
        const name = `killed-${keeps}-${kills}`;
        await expectQueueSurvivesKill(mortalRedis(redis, { keeps }), { name, seed: seed + kills });
      }
      expect(kills).toBe(KILLS);
    },
  );
}

if (hasRedis) testKills();
else {
  // biome-ignore lint/suspicious/noSkippedTests: without a Redis the suite says by name what it leaves out.
  test.skip('a killed Redis: none to start (no redis-server on the PATH)', () => undefined);
}
