import { expect, test } from '@jest/globals';
import type { Metric } from '../../../src/lib/metrics.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import type { Controller } from '../../../src/machinery/controller.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import { coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';
import { runControllers } from '../../support/running-controllers.ts';
import { newPod } from '../../support/workloads.ts';

const PODS = 300;

/** The scheduler, and how often it has tried a pod in vain. */
function watchedScheduler(): { controller: Controller; attempts: () => Promise<number> } {
  const scheduler = createScheduler();
  const metrics: Metric[] = [];
  const attempts = async () => {
    const metric = metrics.find(({ name }) => name === 'scheduler_schedule_attempts_total');
    const samples = [...((await metric?.read()) ?? [])];
    return Number(samples.find(({ labels }) => labels.result === 'unschedulable')?.value ?? 0);
  };
  const setUp: Controller['setUp'] = (context) =>
    scheduler.setUp({ ...context, addMetric: (metric) => metrics.push(metric) });
  return { controller: { ...scheduler, setUp }, attempts };
}

test('pods that fit nowhere are each tried once, and again when it could help or five minutes have passed', async () => {
  await using api = await testApi();
  const { client } = api;
  const clock = new VirtualClock();
  const { controller, attempts } = watchedScheduler();
  await using _running = await runControllers({ client, controllers: [controller], clock });
  const allocatable = { cpu: '1', memory: '4Gi', pods: '10' };
  const created = await client.create(coreNodes, {
    metadata: { name: 'small' },
    status: { allocatable },
  });
  const node = await client.update(coreNodes, { ...created, spec: { taints: [] } });
  const containers = [{ name: 'big', image: 'big', resources: { requests: { cpu: '2' } } }];
  const names = Array.from({ length: PODS }, (_, index) => `big-${index}`);
  await Promise.all(names.map((name) => client.create(corePods, newPod(name, { containers }))));
  await eventually(attempts, (count) => expect(count).toBe(PODS), { withinMs: 30_000 });

  // A heartbeat, a label, a pod that takes room: none of them could help.
  const labels = { rack: 'a' };
  await client.update(coreNodes, { ...node, metadata: { ...node.metadata, labels } });
  await client.create(corePods, newPod('small'));
  await eventually(
    () => client.get(corePods, { namespace: 'default', name: 'small' }),
    ({ spec }) => expect(spec?.nodeName).toBe('small'),
  );
  clock.advance(240_000);
  await client.create(corePods, newPod('later'));
  await eventually(
    () => client.get(corePods, { namespace: 'default', name: 'later' }),
    ({ spec }) => expect(spec?.nodeName).toBe('small'),
  );
  expect(await attempts()).toBe(PODS);

  clock.advance(60_000);
  await eventually(attempts, (count) => expect(count).toBe(2 * PODS), { withinMs: 30_000 });
});
