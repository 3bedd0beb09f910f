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
  const notes = { forget: (key: string) => void forgotten.push(key) };
  const memory = new OwnerMemory({ expectations, kept: [expectations, notes] });
  return { clock, expectations, forgotten, memory };
}

test('an owner’s run waits for what its last run expects, and says for how long', () => {
  const { clock, expectations, memory } = setUp();
  expect(memory.recall(KEY, web('1'))).toBeUndefined();
  expectations.expect(KEY, 1, []);
  clock.advance(60_000);
  expect(memory.recall(KEY, web('1'))).toBe(240_000);
  clock.advance(240_000);
  expect(memory.recall(KEY, web('1'))).toBeUndefined();
});

test('what is kept of an owner outlives its changes and ends with its uid, whoever has its name next', () => {
  const { expectations, forgotten, memory } = setUp();
  memory.recall(KEY, web('1'));
  expectations.expect(KEY, 1, []);
  forgotten.length = 0;
  memory.recall(KEY, storedReplicaSet({ name: 'web', metadata: { uid: '1' }, replicas: 7 }));
  expect(forgotten).toEqual([]);
  expect(memory.recall(KEY, web('2'))).toBeUndefined();
  expect(forgotten).toEqual([KEY]);
  expectations.expect(KEY, 1, []);
  expect(memory.recall(KEY, undefined)).toBeUndefined();
  expect(forgotten).toEqual([KEY, KEY]);
});

test('one owner’s end takes nothing of another’s', () => {
  const { expectations, memory } = setUp();
  memory.recall(KEY, web('1'));
  memory.recall('default/db', web('3'));
  expectations.expect('default/db', 1, []);
  memory.recall(KEY, undefined);
  expect(memory.recall('default/db', web('3'))).toBe(300_000);
});
