import { expect, test } from '@jest/globals';
import { FailedPodBackoff } from '../../../../src/controllers/daemonset/failed-pod-backoff.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { DaemonSet } from '../../../../src/scheme/generated/types/apps-v1.ts';

const MINUTE_MS = 60_000;

const daemonSet = (generation = 1, name = 'agent'): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'default', generation },
});

function backoff() {
  const clock = new VirtualClock();
  return { clock, failures: new FailedPodBackoff(clock) };
}

test('the first failed Pod of a node is replaced at once', () => {
  expect(backoff().failures.delayMs(daemonSet(), 'n1')).toBe(0);
});

test('each further one waits twice as long, up to fifteen minutes', () => {
  const { clock, failures } = backoff();
  const delays = Array.from({ length: 12 }, () => {
    failures.count(daemonSet(), 'n1');
    const delayMs = failures.delayMs(daemonSet(), 'n1');
    clock.advance(delayMs);
    expect(failures.delayMs(daemonSet(), 'n1')).toBe(0);
    return delayMs / 1_000;
  });
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

test('it is over as time goes by', () => {
  const { clock, failures } = backoff();
  for (let count = 0; count < 3; count++) failures.count(daemonSet(), 'n1');
  clock.advance(1_500);
  expect(failures.delayMs(daemonSet(), 'n1')).toBe(2_500);
});

test('a node that was quiet for half an hour begins anew', () => {
  const { clock, failures } = backoff();
  for (let count = 0; count < 8; count++) failures.count(daemonSet(), 'n1');
  clock.advance(30 * MINUTE_MS);
  failures.count(daemonSet(), 'n1');
  expect(failures.delayMs(daemonSet(), 'n1')).toBe(256_000);
  clock.advance(30 * MINUTE_MS + 1);
  failures.count(daemonSet(), 'n1');
  expect(failures.delayMs(daemonSet(), 'n1')).toBe(1_000);
});

test('other nodes, other DaemonSets, and one that was changed do not wait', () => {
  const { failures } = backoff();
  failures.count(daemonSet(1), 'n1');
  expect(failures.delayMs(daemonSet(1), 'n2')).toBe(0);
  expect(failures.delayMs(daemonSet(1, 'other'), 'n1')).toBe(0);
  expect(failures.delayMs(daemonSet(2), 'n1')).toBe(0);
});

test('of one that is gone nothing is remembered', () => {
  const { failures } = backoff();
  failures.count(daemonSet(), 'n1');
  failures.forget('default/agent');
  expect(failures.delayMs(daemonSet(), 'n1')).toBe(0);
});
