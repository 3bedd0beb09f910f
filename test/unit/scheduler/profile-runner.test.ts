import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import type { Plugin, PostFilterResult } from '../../../src/scheduler/framework.ts';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import { ProfileRunner } from '../../../src/scheduler/profile-runner.ts';
import { WaitingPods } from '../../../src/scheduler/waiting-pods.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const POD = toPodInfo(buildPod({ name: 'web' }));

/** Runs plugins of a test's own on one node; `told` is what they did, in order. */
function runnerWith(make: (told: string[]) => readonly Plugin[]) {
  const told: string[] = [];
  const cache = new ClusterCache();
  cache.setNode(buildNode({ name: 'a' }));
  const waitingPods = new WaitingPods(new VirtualClock());
  const binder: Plugin = {
    name: 'binder',
    bind: async (_, node) => {
      told.push(`bound to ${node}`);
      return true;
    },
  };
  const profile = { schedulerName: 'test', plugins: [...make(told), binder], weights: {} };
  const runner = new ProfileRunner({ profile, cache, random: seededRandom(1), waitingPods });
  return { runner, told, waitingPods, table: runner.tables.tableFor(POD) };
}

describe('reserve', () => {
  const reserving = (told: string[], name: string): Plugin => ({
    name,
    reserve: () => void told.push(`reserve ${name}`),
    unreserve: () => void told.push(`unreserve ${name}`),
  });

  test('is undone in the opposite order', () => {
    const { runner, told } = runnerWith((list) => ['x', 'y'].map((name) => reserving(list, name)));
    runner.reserve(POD, 'a');
    runner.unreserve(POD, 'a');
    expect(told).toEqual(['reserve x', 'reserve y', 'unreserve y', 'unreserve x']);
  });

  test('ends with the first plugin that fails, and all are asked to give back', () => {
    const failing: Plugin = {
      name: 'failing',
      reserve: () => {
        throw new Error('nothing is left');
      },
    };
    const { runner, told } = runnerWith((list) => [
      reserving(list, 'x'),
      failing,
      reserving(list, 'y'),
    ]);
    expect(() => runner.reserve(POD, 'a')).toThrow('nothing is left');
    runner.unreserve(POD, 'a');
    expect(told).toEqual(['reserve x', 'unreserve y', 'unreserve x']);
  });
});

describe('before a placement is stored', () => {
  test('nothing is waited for where no plugin asks for it', () => {
    const { runner } = runnerWith(() => [{ name: 'x', permit: () => undefined }]);
    expect(runner.prepare(POD, 'a')).toBeUndefined();
  });

  test('pre-bind runs once permission is given, one plugin after the other', async () => {
    const { runner, told, waitingPods } = runnerWith((list) => [
      { name: 'x', permit: () => ({ decision: 'wait', timeoutMs: 1_000 }) },
      ...['y', 'z'].map(
        (name): Plugin => ({
          name,
          preBind: async () => {
            await Promise.resolve();
            list.push(`pre-bind ${name}`);
          },
        }),
      ),
    ]);
    const prepared = runner.prepare(POD, 'a');
    await Promise.resolve();
    expect(told).toEqual([]);
    waitingPods.get(POD.uid)?.allow('x');
    await prepared;
    expect(told).toEqual(['pre-bind y', 'pre-bind z']);
  });

  test('a plugin that refuses permission is named, with its reason', () => {
    const { runner } = runnerWith(() => [
      { name: 'x', permit: () => ({ decision: 'reject', reason: 'not today' }) },
    ]);
    expect(() => runner.prepare(POD, 'a')).toThrow(
      expect.objectContaining({ plugin: 'x', message: expect.stringContaining('not today') }),
    );
  });

  test('a pre-bind that fails is what the preparation fails with', async () => {
    const { runner } = runnerWith(() => [
      { name: 'x', preBind: async () => Promise.reject(new Error('no volume')) },
    ]);
    await expect(runner.prepare(POD, 'a')).rejects.toThrow('running PreBind plugin "x": no volume');
  });
});

describe('bind', () => {
  test('is done by the first plugin that takes the pod, and then all hear of it', async () => {
    const { runner, told } = runnerWith((list) => [
      { name: 'x', bind: async () => false, postBind: () => void list.push('post-bind x') },
    ]);
    await runner.bind(POD, 'a');
    expect(told).toEqual(['bound to a', 'post-bind x']);
  });

  test('is done by an extender in place of the plugins', async () => {
    const { runner, told } = runnerWith((list) => [
      { name: 'x', postBind: () => void list.push('post-bind x') },
    ]);
    await runner.bind(POD, 'a', async (_, node) => void told.push(`extender: ${node}`));
    expect(told).toEqual(['extender: a', 'post-bind x']);
  });

  test('is the least that a profile needs', () => {
    const profile = { schedulerName: 'test', plugins: [], weights: {} };
    const options = { profile, cache: new ClusterCache(), random: seededRandom(1) };
    const waitingPods = new WaitingPods(new VirtualClock());
    expect(() => new ProfileRunner({ ...options, waitingPods })).toThrow(
      'profile test needs a plugin that binds',
    );
  });
});

describe('post-filter', () => {
  const saying = (name: string, result: PostFilterResult): Plugin => ({
    name,
    postFilter: () => result,
  });

  test('ends with the plugin that has a node, and does what all before it asked for', async () => {
    const { runner, told, table } = runnerWith((list) => [
      saying('x', { message: 'gives back', act: async () => void list.push('x') }),
      saying('y', { nominate: 'a', act: async () => void list.push('y') }),
      saying('z', { nominate: 'b', act: async () => void list.push('z') }),
    ]);
    const room = runner.postFilter(POD, table);
    expect(room).toMatchObject({ nominate: 'a' });
    expect(room).not.toHaveProperty('message');
    await room?.act?.();
    expect(told).toEqual(['x', 'y']);
  });

  test('asks nothing of anybody where nobody has anything to do', () => {
    const { runner, table } = runnerWith(() => [
      saying('x', { message: 'nothing' }),
      saying('y', { message: 'preemption: nobody', nominate: null }),
    ]);
    expect(runner.postFilter(POD, table)).not.toHaveProperty('act');
  });

  const refusing: Plugin = { name: 'refusing', preFilter: () => ({ refusal: 'no volume' }) };
  const prepared: Plugin = {
    ...saying('prepared', { message: 'nothing' }),
    preFilter: () => undefined,
  };

  test.each<[string, Plugin[], string]>([
    ['a plugin that had not prepared for it ends with that', [refusing, prepared], 'not found'],
    ['one that had goes on', [prepared, refusing], 'nothing, preemption: nobody'],
    ['one that needs no preparation is asked', [refusing], 'preemption: nobody'],
  ])('of a pod that is refused whatever the node: %s', (_, plugins, message) => {
    const { runner, table } = runnerWith(() => [
      ...plugins,
      saying('y', { message: 'preemption: nobody', nominate: null }),
    ]);
    expect(runner.postFilter(POD, table)).toMatchObject({ message });
  });

  test('says what every plugin has to say', () => {
    const { runner, table } = runnerWith(() => [
      saying('x', { message: 'gives back' }),
      saying('y', { message: 'preemption: nobody', nominate: null }),
    ]);
    expect(runner.postFilter(POD, table)).toMatchObject({
      message: 'gives back, preemption: nobody',
      nominate: null,
    });
  });

  test('is reviewed by others where a plugin has candidates', async () => {
    const { runner, table } = runnerWith(() => [
      saying('x', { message: 'gives back' }),
      saying('y', {
        nominate: 'a',
        reviewed: async (review) => {
          const [first] = await review(POD, []);
          return first ? { nominate: first.nodeName } : { message: 'nobody', nominate: null };
        },
      }),
    ]);
    const reviewed = await runner.reviewedPostFilter(POD, table, async () => []);
    expect(reviewed).toMatchObject({ message: 'gives back, nobody', nominate: null });
    expect(await runner.reviewedPostFilter(POD, table, undefined)).toMatchObject({ nominate: 'a' });
  });
});
