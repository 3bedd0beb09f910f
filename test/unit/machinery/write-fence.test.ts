import { expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { PauseWatch } from '../../../src/machinery/pause-watch.ts';
import { RunFence } from '../../../src/machinery/run-fence.ts';
import { FencedError, fencedClient } from '../../../src/machinery/write-fence.ts';
import { coreNodes } from '../../../src/scheme/generated/resources.ts';

/** The clock of a process whose timers have not had their turn yet. */
class StandingClock implements Clock {
  nowMs = 0;
  now(): number {
    return this.nowMs;
  }
  setTimer() {
    return { cancel: () => undefined };
  }
}

function newFence(): { clock: StandingClock; fence: RunFence } {
  const clock = new StandingClock();
  const watch = new PauseWatch(clock);
  watch.start();
  return { clock, fence: new RunFence(watch) };
}

test('a run that stood still too long writes no more, and the next may again', async () => {
  const { clock, fence } = newFence();
  await fence.run(async () => {
    expect(() => fence.assertMayWrite()).not.toThrow();
    clock.nowMs += 2_001;
    expect(() => fence.assertMayWrite()).toThrow(FencedError);
    clock.nowMs += 1;
    expect(() => fence.assertMayWrite()).toThrow(FencedError);
  });
  await fence.run(async () => expect(() => fence.assertMayWrite()).not.toThrow());
});

test('a run that was under way when the queue was lost writes no more, and the next may again', async () => {
  const { fence } = newFence();
  fence.noteLoss();
  await fence.run(async () => {
    expect(() => fence.assertMayWrite()).not.toThrow();
    fence.noteLoss();
    expect(() => fence.assertMayWrite()).toThrow(FencedError);
  });
  await fence.run(async () => expect(() => fence.assertMayWrite()).not.toThrow());
});

test('a run begins only when those that stood still have ended', async () => {
  const { clock, fence } = newFence();
  const gate = deferred<void>();
  const order: string[] = [];
  const before = fence.run(async () => {
    await gate.promise;
    order.push('before the pause');
  });
  clock.nowMs += 5_000;
  const after = fence.run(async () => void order.push('after it'));
  await Promise.resolve();
  gate.resolve();
  await Promise.all([before, after]);
  expect(order).toEqual(['before the pause', 'after it']);
});

test('a run that fails ends as well', async () => {
  const { clock, fence } = newFence();
  const failing = fence.run(async () => {
    clock.nowMs += 5_000;
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await fence.run(async () => expect(() => fence.assertMayWrite()).not.toThrow());
});

test('time that passes with its timers is no pause, and a watch that is stopped sets none', () => {
  const clock = new VirtualClock();
  const watch = new PauseWatch(clock);
  watch.start();
  clock.advance(60_000);
  expect(watch.pauses).toBe(0);
  watch.stop();
  expect(clock.nextDueMs()).toBeUndefined();
});

test('a fence refuses every kind of write, and no read', async () => {
  const calls: string[] = [];
  const answer = (name: string) => async () => void calls.push(name);
  const names = [
    'get',
    'list',
    'create',
    'update',
    'patch',
    'apply',
    'delete',
    'deleteCollection',
    'transaction',
    'createSubresource',
  ] as const;
  const client = Object.fromEntries(names.map((name) => [name, answer(name)]));
  const fenced = fencedClient(client as unknown as ApiClient, () => {
    throw new FencedError('closed');
  });
  const call = (name: (typeof names)[number]) =>
    (fenced[name] as (...args: unknown[]) => Promise<unknown>)(coreNodes, {});
  for (const name of names.slice(0, 2)) await call(name);
  for (const name of names.slice(2)) await expect(call(name)).rejects.toThrow('closed');
  expect(calls).toEqual(['get', 'list']);
});

test('a fence goes with every kind of write, so that it is asked again when the write is committed', async () => {
  const passed = new Map<string, unknown[]>();
  const target = new Proxy({} as ApiClient, {
    get:
      (_, name) =>
      async (...args: unknown[]) =>
        void passed.set(String(name), args),
  });
  const assertMayWrite = (): void => undefined;
  const client = fencedClient(target, assertMayWrite);
  const at = { name: 'n' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: at } as const;
  await client.create(coreNodes, node, { lane: 'background' });
  await client.update(coreNodes, node);
  await client.patch(coreNodes, at, { type: 'merge', patch: {} });
  await client.apply(coreNodes, node);
  await client.delete(coreNodes, at, { gracePeriodSeconds: 0 });
  await client.deleteCollection(coreNodes, {});
  await client.transaction([]);
  await client.createSubresource(coreNodes, at, 'token', {});
  const fence = { assertMayCommit: assertMayWrite };
  const patch = { type: 'merge', patch: {} };
  expect(Object.fromEntries(passed)).toEqual({
    create: [coreNodes, node, { lane: 'background', ...fence }],
    update: [coreNodes, node, fence],
    patch: [coreNodes, at, patch, fence],
    apply: [coreNodes, node, fence],
    delete: [coreNodes, at, { gracePeriodSeconds: 0, ...fence }],
    deleteCollection: [coreNodes, {}, fence],
    transaction: [[], fence],
    createSubresource: [coreNodes, at, 'token', {}, fence],
  });
});
