import { expect, test } from '@jest/globals';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import type { WatchEvent } from '../../../src/scheme/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestRest, testRest } from '../../support/rest-server.ts';
import { openWatch } from '../../support/rest-watch.ts';
import {
  assertBookmarkable,
  assertOrdered,
  assertReliable,
  assertResumable,
  assertUnique,
  type LoggedChange,
  type WatchResponse,
  type WatchSession,
} from '../../support/watch-guarantees.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const WRITERS = 8;
const ROUNDS = 12;
const WATCHERS = 12;
const LAST = 'the-end';

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

/** Everything that was committed, as the API in process tells it. */
async function recordLog({ api }: TestRest): Promise<LoggedChange[]> {
  const log: LoggedChange[] = [];
  await api.client.watch(
    coreConfigMaps,
    { resourceVersion: '1', namespace: 'default' },
    {
      onEvents: (events) => log.push(...events.flatMap((event) => toChange(event) ?? [])),
      onClose: () => undefined,
    },
  );
  return log;
}

function toChange({ type, object }: WatchEvent): LoggedChange | undefined {
  if (type === 'BOOKMARK') return undefined;
  return { type, key: object.metadata.name ?? '', version: versionOf(object) };
}

const versionOf = ({ metadata }: WatchEvent['object']): number => Number(metadata.resourceVersion);

/** One writer of the REST door: objects of its own that come, change and go. */
async function write(rest: TestRest, id: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const path = `${CONFIG_MAPS}/w${id}`;
    await rest.call('POST', CONFIG_MAPS, { body: configMap(`w${id}`) });
    await rest.call('PATCH', path, {
      body: { data: { round: String(round) } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    await rest.call('DELETE', path);
  }
}

/** Reads events into a session until `count` have come, or the last of all. */
async function readSession(rest: TestRest, from: number, count: number): Promise<WatchSession> {
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
  using watch = await openWatch(rest, `${CONFIG_MAPS}?${query}`);
  const responses: WatchResponse[] = [];
  while (responses.length < count) {
    const event = await watch.next();
    const change = toChange(event);
    responses.push(
      change
        ? { kind: 'event', ...change }
        : { kind: 'bookmark', version: versionOf(event.object) },
    );
    if (event.type === 'ADDED' && change?.key === LAST) break;
  }
  return { afterVersion: from, responses };
}

/** A watcher whose connection is lost again and again, and that goes on from where it was. */
async function readAll(rest: TestRest, from: number, patience: number): Promise<WatchSession[]> {
  const sessions: WatchSession[] = [];
  for (let version = from; ; ) {
    const session = await readSession(rest, version, patience);
    sessions.push(session);
    const last = session.responses.at(-1);
    if (last?.kind === 'event' && last.key === LAST) return sessions;
    version = last?.version ?? version;
  }
}

test('among concurrent writers, watches that are cut off and go on lose nothing and repeat nothing', async () => {
  await using rest = await testRest();
  const log = await recordLog(rest);
  const list = await rest.api.client.list(coreConfigMaps);
  const from = Number(list.metadata.resourceVersion);
  const reading = Array.from({ length: WATCHERS }, (_, i) => readAll(rest, from, 7 + i * 13));
  await Promise.all(Array.from({ length: WRITERS }, (_, id) => write(rest, id)));
  await rest.call('POST', CONFIG_MAPS, { body: configMap(LAST) });
  const recorded = await Promise.all(reading);
  await eventually(
    () => log.at(-1)?.key,
    (key) => expect(key).toBe(LAST),
  );
  expect(log).toHaveLength(WRITERS * ROUNDS * 3 + 1);
  for (const [i, sessions] of recorded.entries()) {
    const watch = { name: `watch ${i}`, sessions };
    assertOrdered(watch);
    assertUnique(watch);
    assertReliable(watch, log);
    assertResumable(watch, log);
    assertBookmarkable(watch, log);
  }
});
