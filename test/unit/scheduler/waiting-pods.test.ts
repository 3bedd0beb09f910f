import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import { PermitRejection, WaitingPods } from '../../../src/scheduler/waiting-pods.ts';
import { buildPod } from '../../support/builders.ts';

const POD = toPodInfo(buildPod());

function waitFor(timeouts: Readonly<Record<string, number>>) {
  const clock = new VirtualClock();
  const pods = new WaitingPods(clock);
  const waits = Object.entries(timeouts).map(([plugin, timeoutMs]) => ({ plugin, timeoutMs }));
  const settled = pods.wait(POD, 'node-1', waits);
  return { clock, pods, settled };
}

test('a placement waits until every plugin that wished to wait has allowed it', async () => {
  const { pods, settled } = waitFor({ Gangs: 1_000, Quota: 1_000 });
  pods.get(POD.uid)?.allow('Gangs');
  expect([...(pods.get(POD.uid)?.pending ?? [])]).toEqual(['Quota']);
  pods.get(POD.uid)?.allow('Quota');
  await settled;
  expect([...pods.all()]).toEqual([]);
});

test('the plugin whose time is up first takes the placement back, and says how long it has waited', async () => {
  const { clock, pods, settled } = waitFor({ Gangs: 90_000, Quota: 120_000 });
  const rejected = expect(settled).rejects.toEqual(
    new PermitRejection('Gangs', 'rejected due to timeout after waiting 1m30s at plugin Gangs'),
  );
  clock.advance(90_000);
  await rejected;
  expect([...pods.all()]).toEqual([]);
});

test('one plugin that rejects a placement ends the wait for all', async () => {
  const { clock, pods, settled } = waitFor({ Gangs: 1_000, Quota: 1_000 });
  pods.get(POD.uid)?.reject('Quota', 'no room for all');
  await expect(settled).rejects.toEqual(new PermitRejection('Quota', 'no room for all'));
  expect(clock.nextDueMs()).toBeUndefined();
});
