import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { addNodeNameIndex } from '../../../src/machinery/indexes.ts';
import { INDEX_NODE_NAME } from '../../../src/machinery/informer.ts';
import { SharedInformerFactory } from '../../../src/machinery/informer-factory.ts';
import { expired, serviceUnavailable } from '../../../src/scheme/errors.ts';
import { corePods } from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { ScriptedWatch } from '../../support/scripted-watch.ts';
import { settled } from '../../support/settled.ts';

interface PodState {
  readonly name: string;
  readonly resourceVersion: string;
  readonly uid?: string;
  readonly nodeName?: string;
}

function pod({ name, resourceVersion, uid = `uid-of-${name}`, nodeName }: PodState): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name, uid, resourceVersion },
    spec: { containers: [], ...(nodeName ? { nodeName } : {}) },
  };
}

function setUp() {
  const api = new ScriptedWatch();
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const factory = new SharedInformerFactory({
    client: api,
    retryClock: clock,
    random: () => 0.5,
    logger,
  });
  const informer = factory.informer(corePods);
  const heard: string[] = [];
  const at = (object: Pod): string => `${object.metadata.name}@${object.metadata.resourceVersion}`;
  const handler = {
    onAdd: (object: Pod) => void heard.push(`add ${at(object)}`),
    onUpdate: (previous: Pod, object: Pod) =>
      void heard.push(`update ${at(previous)} ${at(object)}`),
    onDelete: (object: Pod) => void heard.push(`delete ${at(object)}`),
  };
  informer.addHandler(handler);
  return { api, clock, factory, informer, heard, handler, logger };
}

/** Breaks the latest watch and lets the informer open the next one. */
async function reconnect(
  { api, clock }: Pick<ReturnType<typeof setUp>, 'api' | 'clock'>,
  error: Error,
): Promise<void> {
  api.latest.sink.onClose(error);
  clock.advance(60_000);
  await settled();
}

describe('SharedInformer', () => {
  test('delivers the present once it is complete, and not before', async () => {
    const { api, factory, informer, heard } = setUp();
    factory.start();
    await settled();
    api.send('ADDED', pod({ name: 'a', resourceVersion: '1' }));
    expect(heard).toEqual([]);
    expect(informer.hasSynced).toBe(false);
    api.present('5', pod({ name: 'b', resourceVersion: '3' }));
    await informer.synced;
    expect(heard).toEqual(['add a@1', 'add b@3']);
    expect(informer.get('default/a')?.metadata.uid).toBe('uid-of-a');
    expect(informer.size).toBe(2);
  });

  test('handlers of the first list find the whole present in the informer', async () => {
    const { api, factory, informer } = setUp();
    const sizes: number[] = [];
    informer.addHandler({ onAdd: () => void sizes.push(informer.size) });
    factory.start();
    await settled();
    api.present(
      '5',
      pod({ name: 'a', resourceVersion: '1' }),
      pod({ name: 'b', resourceVersion: '2' }),
    );
    expect(sizes).toEqual([2, 2]);
  });

  test('changes reach the handlers one by one, with the state before', async () => {
    const { api, factory, heard } = setUp();
    factory.start();
    await settled();
    api.present('5');
    api.latest.sink.onEvents([
      { type: 'ADDED', object: pod({ name: 'a', resourceVersion: '6' }) },
      { type: 'MODIFIED', object: pod({ name: 'a', resourceVersion: '7' }) },
      { type: 'DELETED', object: pod({ name: 'a', resourceVersion: '8' }) },
    ]);
    expect(heard).toEqual(['add a@6', 'update a@6 a@7', 'delete a@8']);
  });

  test('a broken watch goes on from the last version seen, bookmarks included', async () => {
    const plane = setUp();
    plane.factory.start();
    await settled();
    plane.api.present('5', pod({ name: 'a', resourceVersion: '1' }));
    plane.api.send('MODIFIED', pod({ name: 'a', resourceVersion: '6' }));
    plane.api.send('BOOKMARK', pod({ name: 'bookmark', resourceVersion: '9' }));
    await reconnect(plane, serviceUnavailable('gone'));
    expect(plane.api.latest.options).toMatchObject({ resourceVersion: '9' });
    plane.api.send('MODIFIED', pod({ name: 'a', resourceVersion: '10' }));
    expect(plane.heard).toEqual(['add a@1', 'update a@1 a@6', 'update a@6 a@10']);
  });

  test('an expired watch lists again and delivers the difference alone', async () => {
    const plane = setUp();
    plane.factory.start();
    await settled();
    plane.api.present(
      '5',
      pod({ name: 'same', resourceVersion: '1' }),
      pod({ name: 'changed', resourceVersion: '2' }),
      pod({ name: 'gone', resourceVersion: '3' }),
      pod({ name: 'reborn', resourceVersion: '4', uid: 'first' }),
    );
    plane.heard.length = 0;
    await reconnect(plane, expired('too old'));
    expect(plane.api.latest.options).toMatchObject({ sendInitialEvents: true });
    plane.api.present(
      '90',
      pod({ name: 'same', resourceVersion: '1' }),
      pod({ name: 'changed', resourceVersion: '80' }),
      pod({ name: 'new', resourceVersion: '81' }),
      pod({ name: 'reborn', resourceVersion: '82', uid: 'second' }),
    );
    expect(plane.heard).toEqual([
      'delete gone@3',
      'update changed@2 changed@80',
      'add new@81',
      'delete reborn@4',
      'add reborn@82',
    ]);
  });

  test('a watch that breaks during the first list starts it over', async () => {
    const plane = setUp();
    plane.factory.start();
    await settled();
    plane.api.send('ADDED', pod({ name: 'a', resourceVersion: '1' }));
    await reconnect(plane, serviceUnavailable('gone'));
    expect(plane.api.latest.options).toMatchObject({ sendInitialEvents: true });
    plane.api.present('7', pod({ name: 'b', resourceVersion: '2' }));
    expect(plane.heard).toEqual(['add b@2']);
  });

  test('a watch that is refused is tried again, ever more slowly', async () => {
    const { api, clock, factory } = setUp();
    api.refusals.push(...Array.from({ length: 4 }, () => serviceUnavailable('starting')));
    factory.start();
    const waitsMs: number[] = [];
    while (api.watches.length === 0) {
      await settled();
      const dueMs = clock.nextDueMs();
      if (dueMs === undefined) break;
      waitsMs.push(dueMs - clock.now());
      clock.advance(dueMs - clock.now());
    }
    expect(api.watches).toHaveLength(1);
    expect(waitsMs).toEqual([0, 50, 100, 200]);
  });

  test('events of a watch that has been given up are ignored', async () => {
    const plane = setUp();
    plane.factory.start();
    await settled();
    plane.api.present('5');
    const { sink } = plane.api.latest;
    await reconnect(plane, serviceUnavailable('gone'));
    sink.onEvents([{ type: 'ADDED', object: pod({ name: 'ghost', resourceVersion: '6' }) }]);
    expect(plane.heard).toEqual([]);
  });

  test('a handler added after the sync first gets the present', async () => {
    const { api, factory, informer, handler, heard } = setUp();
    informer.removeHandler(handler);
    factory.start();
    await settled();
    api.present('5', pod({ name: 'a', resourceVersion: '1' }));
    informer.addHandler(handler);
    api.send('MODIFIED', pod({ name: 'a', resourceVersion: '6' }));
    expect(heard).toEqual(['add a@1', 'update a@1 a@6']);
  });

  test('a removed handler hears nothing more', async () => {
    const { api, factory, informer, handler, heard } = setUp();
    factory.start();
    await settled();
    api.present('5');
    informer.removeHandler(handler);
    api.send('ADDED', pod({ name: 'a', resourceVersion: '6' }));
    expect(heard).toEqual([]);
  });

  test('a handler that throws is logged and keeps nothing from the others', async () => {
    const { api, factory, informer, heard, logger } = setUp();
    const failing = {
      onAdd: () => {
        throw new Error('boom');
      },
    };
    informer.addHandler(failing);
    const later: string[] = [];
    informer.addHandler({ onAdd: (object) => void later.push(object.metadata.name ?? '') });
    factory.start();
    await settled();
    api.present('5', pod({ name: 'a', resourceVersion: '1' }));
    expect(heard).toEqual(['add a@1']);
    expect(later).toEqual(['a']);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'informer handler failed' }),
    );
  });

  test('an index follows each change, also one added late', async () => {
    const { api, factory, informer } = setUp();
    addNodeNameIndex(informer);
    factory.start();
    await settled();
    api.present('5', pod({ name: 'a', resourceVersion: '1' }));
    api.send('MODIFIED', pod({ name: 'a', resourceVersion: '6', nodeName: 'n1' }));
    api.send('ADDED', pod({ name: 'b', resourceVersion: '7', nodeName: 'n1' }));
    const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);
    expect(names(informer.byIndex(INDEX_NODE_NAME, 'n1'))).toEqual(['a', 'b']);
    expect(informer.byIndex(INDEX_NODE_NAME, '')).toEqual([]);
    informer.addIndex('name', ({ metadata }) => [metadata.name ?? '']);
    expect(names(informer.byIndex('name', 'b'))).toEqual(['b']);
    api.send('DELETED', pod({ name: 'a', resourceVersion: '8', nodeName: 'n1' }));
    expect(names(informer.byIndex(INDEX_NODE_NAME, 'n1'))).toEqual(['b']);
    expect(() => informer.byIndex('absent', 'x')).toThrow('has no index "absent"');
  });

  test('a factory gives one informer a resource, and starts late ones at once', async () => {
    const { api, factory, informer } = setUp();
    expect(factory.informer(corePods)).toBe(informer);
    factory.start();
    await settled();
    factory.informer({ ...corePods, resource: 'nodes' });
    await settled();
    expect(api.watches).toHaveLength(2);
    factory.stop();
    expect(api.watches.map(({ stopped }) => stopped)).toEqual([true, true]);
  });

  test('catching up takes an absent object for an answer', async () => {
    const { informer } = setUp();
    await expect(informer.catchUp()).resolves.toBeUndefined();
  });
});
