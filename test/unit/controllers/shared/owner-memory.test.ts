import { expect, test } from '@jest/globals';
import { OwnerMemory } from '../../../../src/controllers/shared/owner-memory.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import { ControllerExpectations } from '../../../../src/machinery/expectations.ts';
import { storedReplicaSet } from '../../../support/workloads.ts';

const KEY = 'default/web';
const web = (uid: string) => storedReplicaSet({ name: 'web', metadata: { uid } });

function setUp() {
  const clock = new VirtualClock();
  const expectations = new ControllerExpectations(clock);
  const forgotten: string[] = [];
  const later: [string, number][] = [];
  const memory = new OwnerMemory({
    expectations,
    queue: { addAfter: (key, delayMs) => void later.push([key, delayMs]) },
    kept: [expectations, { forget: (key) => void forgotten.push(key) }],
  });
  return { clock, expectations, forgotten, later, memory };
}

test('an owner waits for what its last run expects, and runs again when the wait is over', () => {
  const { clock, expectations, later, memory } = setUp();
  expect(memory.recall(KEY, web('1'))).toBe(true);
  expectations.expect(KEY, 1, []);
  clock.advance(60_000);
  expect(memory.recall(KEY, web('1'))).toBe(false);
  expect(later).toEqual([[KEY, 240_000]]);
  clock.advance(240_000);
  expect(memory.recall(KEY, web('1'))).toBe(true);
  expect(later).toHaveLength(1);
});

test('what is kept of an owner outlives its changes and ends with its uid, whoever has its name next', () => {
  const { expectations, forgotten, memory } = setUp();
  memory.recall(KEY, web('1'));
  expectations.expect(KEY, 1, []);
  forgotten.length = 0;
  memory.recall(KEY, storedReplicaSet({ name: 'web', metadata: { uid: '1' }, replicas: 7 }));
  expect(forgotten).toEqual([]);
  expect(memory.recall(KEY, web('2'))).toBe(true);
  expect(forgotten).toEqual([KEY]);
  expectations.expect(KEY, 1, []);
  expect(memory.recall(KEY, undefined)).toBe(true);
  expect(forgotten).toEqual([KEY, KEY]);
});

test('one owner’s end takes nothing of another’s', () => {
  const { expectations, memory } = setUp();
  memory.recall(KEY, web('1'));
  memory.recall('default/db', web('3'));
  expectations.expect('default/db', 1, []);
  memory.recall(KEY, undefined);
  expect(memory.recall('default/db', web('3'))).toBe(false);
});
