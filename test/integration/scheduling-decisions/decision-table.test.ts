import { expect, test } from '@jest/globals';
import type {
  DecisionDetail,
  SchedulingDecision,
} from '../../../src/scheme/scheduling/decision.ts';
import { DecisionTable } from '../../../src/store/telemetry/decision-table.ts';
import { startTable } from '../../support/telemetry-table.ts';

const START_MS = Date.UTC(2026, 0, 1);
const DETAIL: DecisionDetail = { candidates: [], refused: [], plugins: [] };

async function startDecisions() {
  const running = await startTable(DecisionTable);
  const read = (podUids: readonly string[], limit = 100, withDetail = false) =>
    running.table.read({ podUids, limit, withDetail });
  const attempts = async (...podUids: string[]) =>
    (await read(podUids)).map(({ podUid, attempt }) => `${podUid} ${attempt}`);
  return { ...running, read, attempts };
}

/** The `attempt`th of a Pod, as many seconds after the start. */
const decision = (
  podUid: string,
  attempt: number,
  more: Partial<SchedulingDecision> = {},
): SchedulingDecision => ({
  podUid,
  namespace: 'default',
  name: podUid,
  schedulerName: 'default-scheduler',
  outcome: 'Unschedulable',
  timeMs: START_MS + attempt * 1_000,
  attempt,
  lastTimeMs: START_MS + attempt * 1_000,
  lastAttempt: attempt,
  nodes: 3,
  durationMicros: 17,
  reasons: [{ plugin: 'NodeResourcesFit', reason: 'Insufficient cpu', count: 3 }],
  ...more,
});

test('what is written is read, newest first, for as many Pods as are asked about and no others', async () => {
  await using running = await startDecisions();
  await running.table.append([decision('a', 1), decision('b', 1), decision('c', 1)]);
  await running.table.append([decision('a', 2), decision('b', 2), decision('a', 3)]);
  expect(await running.attempts('b', 'a', 'none')).toEqual(['b 2', 'b 1', 'a 3', 'a 2', 'a 1']);
  const newest = await running.read(['a', 'b'], 1);
  expect(newest).toEqual([decision('a', 3), decision('b', 2)]);
});

test('a decision that is repeated stays one row, in the same batch or a later one, and keeps its detail', async () => {
  await using running = await startDecisions();
  const first = decision('a', 1, { detail: DETAIL });
  const repeated = (lastAttempt: number) => decision('a', 1, { lastAttempt });
  await running.table.append([first, repeated(2)]);
  await running.table.append([repeated(3)]);
  expect(await running.read(['a'], 10, true)).toEqual([{ ...repeated(3), detail: DETAIL }]);
  expect(await running.read(['a'])).toEqual([repeated(3)]);
});

test('a batch that comes late brings nothing back', async () => {
  await using running = await startDecisions();
  const at = (seconds: number) => ({
    lastAttempt: seconds,
    lastTimeMs: START_MS + seconds * 1_000,
  });
  await running.table.append([decision('a', 1, at(5))]);
  await running.table.append([decision('a', 1, at(3))]);
  expect((await running.read(['a']))[0]?.lastAttempt).toBe(5);
});

test('a NUL in a message does not cost the batch', async () => {
  await using running = await startDecisions();
  await running.table.append([decision('a', 1, { message: 'x\u0000y' }), decision('b', 1)]);
  expect((await running.read(['a', 'b'])).map(({ message }) => message)).toEqual([
    'x\ufffdy',
    undefined,
  ]);
});

test('what was last true too long ago goes; what still is stays, however long ago it began', async () => {
  await using running = await startDecisions();
  const day = 86_400_000;
  await running.table.append([
    decision('old', 1),
    decision('waiting', 1, { lastTimeMs: START_MS + day }),
  ]);
  expect(await running.table.expire(START_MS + day / 2)).toBe(1);
  expect(await running.attempts('old', 'waiting')).toEqual(['waiting 1']);
});

test('the newest of each Pod stay, and of all the newest', async () => {
  await using running = await startDecisions();
  await running.table.append([1, 2, 3, 4].map((attempt) => decision('a', attempt)));
  await running.table.append([5, 6].map((attempt) => decision('b', attempt)));
  expect(await running.table.trim({ maxRowsPerPod: 2, maxRows: 100 })).toBe(2);
  expect(await running.attempts('a', 'b')).toEqual(['a 4', 'a 3', 'b 6', 'b 5']);
  expect(await running.table.trim({ maxRowsPerPod: 2, maxRows: 3 })).toBe(1);
  expect(await running.attempts('a', 'b')).toEqual(['a 4', 'b 6', 'b 5']);
});
