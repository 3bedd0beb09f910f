import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ClaimListeners, waitForClaim } from '../../../src/scheduler/claim-waits.ts';
import { namespacedKey } from '../../../src/scheme/object.ts';

const KEY = namespacedKey('default', 'data');

/** A wait of ten minutes for a claim whose state the test sets. */
function waiting(isOver: () => boolean, pollMs?: number) {
  const clock = new VirtualClock();
  const listeners = new ClaimListeners();
  const wait = waitForClaim({
    isOver,
    listen: (listener) => listeners.add(KEY, listener),
    clock,
    timeoutMs: 600_000,
    timeoutMessage: 'binding volumes: timed out',
    ...(pollMs ? { pollMs } : {}),
  });
  return { ...wait, clock, change: () => listeners.tell(KEY) };
}

test('what is there already is not waited for', async () => {
  const { done, stop } = waiting(() => true);
  await done;
  stop();
});

test('a change ends the wait, and one that fails ends it with its reason', async () => {
  let isBound = false;
  const first = waiting(() => isBound);
  isBound = true;
  first.change();
  await first.done;
  let isGone = false;
  const second = waiting(() => {
    if (isGone) throw new Error('pvc "data" is being deleted');
    return false;
  });
  isGone = true;
  second.change();
  await expect(second.done).rejects.toThrow('pvc "data" is being deleted');
});

test('a wait ends when its time is up', async () => {
  const { clock, done } = waiting(() => false);
  clock.advance(599_999);
  const early = await Promise.race([done.then(() => 'over'), Promise.resolve('waiting')]);
  expect(early).toBe('waiting');
  clock.advance(1);
  await expect(done).rejects.toThrow('binding volumes: timed out');
});

test('it is looked for what nobody tells of as often as is asked for, and no longer than it is waited', async () => {
  let looks = 0;
  const { clock, done, stop } = waiting(() => ++looks > 3, 1_000);
  clock.advance(3_000);
  await done;
  stop();
  clock.advance(60_000);
  expect(looks).toBe(4);
});

test('whoever has stopped waiting is told nothing, and leaves no timer', () => {
  let asked = 0;
  const { change, clock, stop } = waiting(() => {
    asked++;
    return false;
  });
  stop();
  change();
  clock.advance(600_000);
  expect(asked).toBe(1);
});
