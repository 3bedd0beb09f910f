import { expect, test } from '@jest/globals';
import type { Seat } from '../../../../src/apiserver/fairness/fair-queues.ts';
import { Turns } from '../../../../src/apiserver/fairness/turns.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import { settled } from '../../../support/settled.ts';

const AT_ONCE = 16;
/** A flow's requests wait in so many queues, each so long. */
const HAND = 6;
const QUEUE_LENGTH = 100;

function setUp() {
  const clock = new VirtualClock(0);
  const turns = new Turns({ clock, maxWaitMs: 1_000 });
  const admitted: string[] = [];
  const seats: Seat[] = [];
  const enter = async (flow: string): Promise<void> => {
    const seat = await turns.enter(flow);
    admitted.push(flow);
    seats.push(seat);
  };
  return { clock, turns, admitted, seats, enter };
}

test('so many are let in at once, and each that leaves lets in one more', async () => {
  const { admitted, enter, seats } = setUp();
  for (let i = 0; i < AT_ONCE + 2; i++) void enter('noisy');
  await settled();
  expect(admitted).toHaveLength(AT_ONCE);
  seats[0]?.leave();
  await settled();
  expect(admitted).toHaveLength(AT_ONCE + 1);
});

test('who asks for one thing is next, however many of another wait', async () => {
  const { admitted, enter, seats } = setUp();
  for (let i = 0; i < 3 * AT_ONCE; i++) void enter('noisy');
  await settled();
  void enter('quiet');
  seats[0]?.leave();
  await settled();
  expect(admitted.at(-1)).toBe('quiet');
});

test('turns that take long are over as soon as somebody waits, and are given back once', async () => {
  const { admitted, clock, enter, seats } = setUp();
  for (let i = 0; i < AT_ONCE; i++) void enter('slow');
  await settled();
  void enter('quick');
  await settled();
  expect(admitted).toHaveLength(AT_ONCE);
  clock.advance(50);
  await settled();
  expect(admitted.at(-1)).toBe('quick');
  for (const seat of seats.slice(0, AT_ONCE)) seat.leave();
  for (let i = 0; i < 2 * AT_ONCE; i++) void enter('more');
  await settled();
  expect(admitted.filter((flow) => flow === 'more')).toHaveLength(AT_ONCE - 1);
});

test('of a flow that has more waiting than its queues hold, the next is refused', async () => {
  const { turns } = setUp();
  const answers = Array.from({ length: AT_ONCE + 1_000 }, async () => turns.enter('noisy'));
  const refusals = (await Promise.all(answers.map(outcomeSoFar))).filter(Boolean);
  expect(refusals.length).toBe(1_000 - HAND * QUEUE_LENGTH);
  expect(new Set(refusals.map(String))).toEqual(new Set(['FlowRefusedError: queue-full']));
});

/** Why it was refused; undefined for what was let in, or waits. */
async function outcomeSoFar(answer: Promise<Seat>): Promise<unknown> {
  const refusal = answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  return Promise.race([refusal, settled()]);
}
