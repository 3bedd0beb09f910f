import { expect, test } from '@jest/globals';
import { readContainerLogConfig } from '../../../src/composition/container-log-config.ts';
import { openContainerLogs } from '../../../src/composition/container-logs.ts';
import { CleanupStack } from '../../../src/lib/cleanup-stack.ts';
import { MAX_RUN_BYTES } from '../../../src/lib/container-log.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { corePods } from '../../../src/scheme/generated/resources.ts';
import { podManifest } from '../../support/api-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';

const HOUR_MS = 3_600_000;

test('logs are kept as long as the settings say: a week, and an hour for Pods that are gone, unless told otherwise', () => {
  expect(readContainerLogConfig({})).toEqual({
    retentionSeconds: 604_800,
    retentionOfGoneSeconds: 3_600,
  });
  const values = {
    'container-log-retention': '60',
    'container-log-retention-of-gone': '5',
  };
  expect(readContainerLogConfig(values)).toEqual({
    retentionSeconds: 60,
    retentionOfGoneSeconds: 5,
  });
  expect(() => readContainerLogConfig({ 'container-log-retention': 'x' })).toThrow(
    '--container-log-retention is "x"',
  );
});

test('logs are dropped when they are older than that, and past a size a run', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 31));
  await using api = await testApi({ clock });
  const pod = await api.client.create(corePods, podManifest('web'));
  const cleanup = new CleanupStack();
  const database = {
    url: api.databaseUrl,
    isEmbedded: false,
    failure: new Promise<Error>(() => undefined),
    stop: async () => undefined,
  };
  const config = { containerLogs: readContainerLogConfig({}) };
  const logs = openContainerLogs({ config, database, clock, logger: silentLogger }, cleanup);
  const write = (podUid: string, ageHours: number, text: string): void =>
    logs.log.write({
      podUid,
      container: 'main',
      restartCount: 0,
      timeMs: clock.now() - ageHours * HOUR_MS,
      number: 0,
      stream: 'stdout',
      text,
    });
  const read = async (podUid: string): Promise<string[]> => {
    const query = { podUid, container: 'main', restartCount: 0, maxBytes: 2 * MAX_RUN_BYTES };
    return (await logs.source.read(query)).map(({ text }) => text);
  };
  const uid = pod.metadata.uid ?? '';
  write(uid, 8 * 24, 'of last week');
  write(uid, 2, 'before too much');
  write(uid, 1, 'x'.repeat(MAX_RUN_BYTES - 10));
  write(uid, 0, 'now');
  write('gone', 2, 'of two hours ago');
  write('gone', 0, 'now');
  await eventually(
    async () => (await read(uid)).length + (await read('gone')).length,
    (lines) => expect(lines).toBe(6),
  );
  logs.startRetention(api.client);
  clock.advance(10 * 60_000);
  await eventually(
    async () => [(await read(uid)).map((text) => text.slice(0, 3)), await read('gone')],
    (texts) => expect(texts).toEqual([['xxx', 'now'], ['now']]),
  );
  await cleanup.run();
});
