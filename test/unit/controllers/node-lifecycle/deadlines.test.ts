import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Deadlines } from '../../../../src/controllers/node-lifecycle/deadlines.ts';

type Step =
  | { readonly kind: 'set'; readonly name: string; readonly dueMs: number }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'pass'; readonly nowMs: number };

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const ms = fc.integer({ min: 0, max: 50 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set'), name, dueMs: ms }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), nowMs: ms }) },
);

/** The names whose time is before `nowMs`, found by looking at every one. */
function passedIn(known: ReadonlyMap<string, number>, nowMs: number): string[] {
  return [...known].filter(([, dueMs]) => dueMs < nowMs).map(([one]) => one);
}

test('deadlines that are set, put off, moved up and deleted pass as a look at each of them would say', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const deadlines = new Deadlines();
      const known = new Map<string, number>();
      for (const one of steps) {
        if (one.kind === 'set') {
          deadlines.set(one.name, one.dueMs);
          known.set(one.name, one.dueMs);
        } else if (one.kind === 'delete') {
          deadlines.delete(one.name);
          known.delete(one.name);
        } else {
          const passed = deadlines.takePassed(one.nowMs);
          const dueTimes = passed.map((each) => known.get(each) as number);
          expect(dueTimes).toEqual([...dueTimes].sort((a, b) => a - b));
          expect([...passed].sort()).toEqual(passedIn(known, one.nowMs).sort());
          for (const each of passed) known.delete(each);
        }
        const next = Math.min(...known.values());
        expect(deadlines.nextMs()).toBe(Number.isFinite(next) ? next : undefined);
      }
    }),
  );
});
