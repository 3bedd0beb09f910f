import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FlowRefusedError, type Seat } from '../../../../src/apiserver/fairness/fair-queues.ts';
import { Turns } from '../../../../src/apiserver/fairness/turns.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import { settled } from '../../../support/settled.ts';

const ALONE = 32;
const BESIDE_OTHERS = 4;
const MAX_WAITING = 500;
const MAX_WAIT_MS = 1_000;

function setUp() {
  const clock = new VirtualClock(0);
  const turns = new Turns({ clock, maxWaitMs: MAX_WAIT_MS });
  const admitted: { readonly flow: string; readonly turn: Seat }[] = [];
  const refused: string[] = [];
  const enter = async (flow: string): Promise<void> => {
    try {
      const turn = await turns.enter(flow);
      admitted.push({ flow, turn });
    } catch (error) {
      refused.push(`${flow}: ${(error as FlowRefusedError).refusal}`);
    }
  };
  const enterMany = async (flow: string, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) void enter(flow);
    await settled();
  };
  const countOf = (flow: string): number => admitted.filter((one) => one.flow === flow).length;
  return { clock, turns, admitted, refused, enterMany, countOf };
}

test('beside others a flow has few turns at once, and each that ends lets in one more', async () => {
  const { admitted, countOf, enterMany } = setUp();
  await enterMany('quiet', 1);
  await enterMany('noisy', 100);
  expect(countOf('noisy')).toBe(BESIDE_OTHERS);
  admitted.at(-1)?.turn.leave();
  await settled();
  expect(countOf('noisy')).toBe(BESIDE_OTHERS + 1);
});

test('who asks for one thing has a turn at once, however many of another wait', async () => {
  const { countOf, enterMany } = setUp();
  await enterMany('noisy', 100);
  await enterMany('quiet', 1);
  expect(countOf('quiet')).toBe(1);
});

test('a flow that is alone has more turns, until another comes', async () => {
  const { admitted, clock, countOf, enterMany } = setUp();
  await enterMany('noisy', 1);
  clock.advance(1_000);
  await enterMany('noisy', 100);
  expect(countOf('noisy')).toBe(ALONE);
  await enterMany('quiet', 1);
  for (const { turn } of admitted.slice(0, ALONE - BESIDE_OTHERS)) turn.leave();
  await settled();
  expect(countOf('noisy')).toBe(ALONE);
  admitted[ALONE - 1]?.turn.leave();
  await settled();
  expect(countOf('noisy')).toBe(ALONE + 1);
});

test('turns that take long are over as soon as somebody waits, and are given back once', async () => {
  const { admitted, clock, countOf, enterMany } = setUp();
  await enterMany('slow', BESIDE_OTHERS + 1);
  clock.advance(50);
  await settled();
  expect(countOf('slow')).toBe(BESIDE_OTHERS + 1);
  for (const { turn } of admitted.slice(0, BESIDE_OTHERS)) turn.leave();
  await enterMany('slow', BESIDE_OTHERS);
  expect(countOf('slow')).toBe(2 * BESIDE_OTHERS);
});

test('of a flow that has as many waiting as it may, the next is refused', async () => {
  const { enterMany, refused, turns } = setUp();
  await enterMany('noisy', BESIDE_OTHERS + MAX_WAITING);
  expect(refused).toEqual([]);
  expect(() => turns.enter('noisy')).toThrow(new FlowRefusedError('queue-full'));
});

test('who waits too long is refused, and no sooner', async () => {
  const { clock, enterMany, refused } = setUp();
  // Every 50 ms the turns under way are ended for those who wait: these are more than that is enough for.
  await enterMany('noisy', MAX_WAITING);
  clock.advance(MAX_WAIT_MS - 50);
  await settled();
  expect(refused).toEqual([]);
  clock.advance(50);
  await settled();
  expect(new Set(refused)).toEqual(new Set(['noisy: time-out']));
});

test('whatever comes and goes, everybody is served, those of one flow in their order', async () => {
  const step = fc.oneof(
    fc.record({ flow: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ leave: fc.nat() }),
    fc.record({ pass: fc.integer({ min: 1, max: 40 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
      const clock = new VirtualClock(0);
      const turns = new Turns({ clock, maxWaitMs: Number.MAX_SAFE_INTEGER });
      const underWay: { readonly id: number; readonly flow: string; readonly turn: Seat }[] = [];
      const order: Record<string, number[]> = { a: [], b: [], c: [] };
      for (const [id, one] of steps.entries()) {
        if ('flow' in one) {
          void Promise.resolve(turns.enter(one.flow)).then((turn) => {
            underWay.push({ id, flow: one.flow, turn });
            order[one.flow]?.push(id);
          });
        } else if ('leave' in one) {
          const [ended] = underWay.splice(one.leave % Math.max(1, underWay.length), 1);
          ended?.turn.leave();
        } else clock.advance(one.pass);
        await settled();
      }
      for (let left = steps.length; left > 0; left--) {
        for (const { turn } of underWay.splice(0)) turn.leave();
        await settled();
        if (underWay.length === 0) break;
      }
      const asked = (flow: string) =>
        steps.flatMap((one, id) => ('flow' in one && one.flow === flow ? [id] : []));
      expect(order).toEqual({ a: asked('a'), b: asked('b'), c: asked('c') });
    }),
    { numRuns: 50 },
  );
});
