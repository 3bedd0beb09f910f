import { expect, test } from '@jest/globals';
import type { ContainerLine } from '../../../src/lib/container-log.ts';
import { ContainerLogTable } from '../../../src/store/telemetry/container-log-table.ts';
import { startTable } from '../../support/telemetry-table.ts';

const START_MS = Date.UTC(2026, 0, 1);
const RUN = { podUid: 'web', container: 'main', restartCount: 0 };
const WHOLE = { ...RUN, maxBytes: 1_000 };

async function startLog() {
  const running = await startTable(ContainerLogTable);
  const texts = async (query: Partial<typeof WHOLE> & object = {}): Promise<string[]> =>
    (await running.table.read({ ...WHOLE, ...query })).map(({ text }) => text);
  return { ...running, texts };
}

const line = (text: string, place: Partial<ContainerLine> = {}): ContainerLine => ({
  ...RUN,
  timeMs: START_MS,
  number: 0,
  stream: 'stdout',
  text,
  ...place,
});

test('each run has a log of its own, in the order of time and of the place within a millisecond', async () => {
  await using running = await startLog();
  await running.table.append([
    line('third', { timeMs: START_MS + 1 }),
    line('second', { number: 1 }),
    line('first'),
    line('of a later run', { restartCount: 1 }),
    line('of another container', { container: 'side' }),
    line('of another Pod', { podUid: 'other' }),
  ]);
  expect(await running.texts()).toEqual(['first', 'second', 'third']);
  expect(await running.texts({ restartCount: 1 })).toEqual(['of a later run']);
  expect(await running.texts({ podUid: 'gone' })).toEqual([]);
});

test('a line that is written again, in the same batch or by another process, is there once', async () => {
  await using running = await startLog();
  await running.table.append([line('a'), line('b', { number: 1 }), line('a')]);
  await running.table.append([line('a'), line('c', { number: 2 })]);
  expect(await running.texts()).toEqual(['a', 'b', 'c']);
});

test('a reader gets the newest lines, by number, by time and by size', async () => {
  await using running = await startLog();
  const lines = Array.from({ length: 9 }, (_, i) => line(`line ${i}`, { timeMs: START_MS + i }));
  await running.table.append(lines);
  const read = async (query: object) => (await running.texts(query)).join();
  expect(await read({ tailLines: 2 })).toBe('line 7,line 8');
  expect(await read({ tailLines: 0 })).toBe('');
  expect(await read({ sinceMs: START_MS + 6 })).toBe('line 6,line 7,line 8');
  expect(await read({ sinceMs: START_MS + 6, tailLines: 1 })).toBe('line 8');
  // Six characters and a line end each: two of them are fourteen bytes.
  expect(await read({ maxBytes: 20 })).toBe('line 7,line 8');
});

test('a NUL in what a container prints does not cost the batch', async () => {
  await using running = await startLog();
  await running.table.append([line('a\u0000b'), line('c', { number: 1 })]);
  expect(await running.texts()).toEqual(['a\ufffdb', 'c']);
});

test('what is too old goes, and sooner when its Pod is gone', async () => {
  await using running = await startLog();
  const ages = [0, 10, 20];
  for (const podUid of ['web', 'gone']) {
    await running.table.append(
      ages.map((age) => line(`${podUid} ${age}`, { podUid, timeMs: START_MS - age })),
    );
  }
  const dropped = await running.table.expire({
    beforeMs: START_MS - 15,
    goneBeforeMs: START_MS - 5,
    podUids: ['web', 'another'],
  });
  expect(dropped).toBe(3);
  expect(await running.texts()).toEqual(['web 10', 'web 0']);
  expect(await running.texts({ podUid: 'gone' })).toEqual(['gone 0']);
});

test('each run is trimmed to its newest bytes', async () => {
  await using running = await startLog();
  const lines = Array.from({ length: 5 }, (_, i) => line(`line ${i}`, { timeMs: START_MS + i }));
  await running.table.append([...lines, line('short', { restartCount: 1 })]);
  expect(await running.table.trim(21)).toBe(2);
  expect(await running.texts()).toEqual(['line 2', 'line 3', 'line 4']);
  expect(await running.texts({ restartCount: 1 })).toEqual(['short']);
});
