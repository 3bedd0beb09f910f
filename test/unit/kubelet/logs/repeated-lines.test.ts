import { expect, test } from '@jest/globals';
import { RepeatedLines } from '../../../../src/kubelet/logs/repeated-lines.ts';
import { toRfc3339 } from '../../../../src/lib/clock.ts';
import type { ContainerLine } from '../../../../src/lib/container-log.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { ContainerState, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const START_MS = Date.UTC(2026, 0, 1);
const KEY = 'default/web-1';

function start() {
  const clock = new VirtualClock(START_MS);
  const lines: ContainerLine[] = [];
  const repeated = new RepeatedLines(clock, { write: (line) => lines.push(line) });
  const printed = (): [number, string][] =>
    lines.map(({ timeMs, text }) => [(timeMs - START_MS) / 1_000, text]);
  return { clock, lines, printed, repeated };
}

function podWith(
  annotations: Record<string, string>,
  state: ContainerState = { running: { startedAt: toRfc3339(START_MS) } },
): Pod {
  const status = { name: 'main', image: '', imageID: '', ready: true, restartCount: 2, state };
  const pod = buildPod({ status: { containerStatuses: [status] } });
  return { ...pod, metadata: { ...pod.metadata, uid: 'u', annotations } };
}

const TICKING = { 'orrery.dev/log': 'tick', 'orrery.dev/log-every': '10s' };

test('lines are printed again at whole intervals since the start of the container', () => {
  const { clock, lines, printed, repeated } = start();
  clock.advance(3_000);
  repeated.observe(KEY, podWith(TICKING));
  clock.advance(30_000);
  expect(printed()).toEqual([
    [10, 'tick'],
    [20, 'tick'],
    [30, 'tick'],
  ]);
  expect(lines[0]).toMatchObject({ podUid: 'u', container: 'main', restartCount: 2, number: 1 });
});

test('two kubelet processes, one of which began later, print the very same lines', () => {
  const first = start();
  const second = start();
  first.repeated.observe(KEY, podWith(TICKING));
  second.clock.advance(15_500);
  second.repeated.observe(KEY, podWith(TICKING));
  first.clock.advance(40_000);
  second.clock.advance(24_500);
  expect(second.lines).toEqual(first.lines.slice(1));
});

test.each<[string, Pod]>([
  ['declares no interval', podWith({ 'orrery.dev/log': 'once' })],
  ['declares no lines', podWith({ 'orrery.dev/log-every': '10s' })],
  ['has an interval that does not parse', podWith({ ...TICKING, 'orrery.dev/log-every': 'often' })],
  ['does not run', podWith(TICKING, { waiting: {} })],
  [
    'has an interval of another container alone',
    podWith({ 'orrery.dev/log': 'x', 'orrery.dev/log-every.side': '1s' }),
  ],
])('a Pod that %s prints nothing as time goes by', (_, pod) => {
  const { clock, printed, repeated } = start();
  repeated.observe(KEY, pod);
  clock.advance(60_000);
  expect(printed()).toEqual([]);
});

test('intervals below a second are a second', () => {
  const { clock, printed, repeated } = start();
  repeated.observe(KEY, podWith({ ...TICKING, 'orrery.dev/log-every': '1ms' }));
  clock.advance(2_000);
  expect(printed()).toEqual([
    [1, 'tick'],
    [2, 'tick'],
  ]);
});

test('a Pod that is forgotten, or no longer declares an interval, prints no more', () => {
  const { clock, printed, repeated } = start();
  repeated.observe(KEY, podWith(TICKING));
  repeated.forget(KEY);
  clock.advance(20_000);
  repeated.observe(KEY, podWith(TICKING));
  repeated.observe(KEY, podWith({}));
  clock.advance(20_000);
  repeated.observe(KEY, podWith(TICKING));
  repeated.clear();
  clock.advance(20_000);
  expect(printed()).toEqual([]);
});
