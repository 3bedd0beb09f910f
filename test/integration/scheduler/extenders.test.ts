import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { parseSchedulerConfiguration } from '../../../src/scheduler/configuration/scheduler-configuration.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import {
  coreNodes,
  corePods,
  schedulingPriorityClasses,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { SchedulingDecision } from '../../../src/scheme/scheduling/decision.ts';
import { eventually } from '../../support/eventually.ts';
import { extenderWith } from '../../support/extender-server.ts';
import { testApi } from '../../support/plane.ts';
import { runControllers } from '../../support/running-controllers.ts';
import { newPod } from '../../support/workloads.ts';

async function planeWith(extenders: object | object[], nodes: readonly string[] = ['a', 'b']) {
  const api = await testApi();
  const configuration = parseSchedulerConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    extenders: [extenders].flat().map((one) => ({ nodeCacheCapable: true, ...one })),
  });
  const told: SchedulingDecision[] = [];
  const log = { write: (decision: SchedulingDecision) => told.push(decision) };
  const decisions = { log, detailsPerSecond: 10 };
  const controllers = [createScheduler({ configuration, decisions })];
  const running = await runControllers({ client: api.client, controllers });
  for (const name of nodes) await addNode(api.client, name);
  return {
    client: api.client,
    /** What the scheduler has told of its decisions. */
    told,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

async function addNode(client: ApiClient, name: string): Promise<void> {
  const allocatable = { cpu: '4', memory: '8Gi', pods: '10', 'example.com/fpga': '4' };
  const created = await client.create(coreNodes, { metadata: { name }, status: { allocatable } });
  await client.update(coreNodes, { ...created, spec: { ...created.spec, taints: [] } });
}

const podOf = (requests: Record<string, string>) => ({
  containers: [{ name: 'main', image: 'nginx', resources: { requests, limits: requests } }],
});

const podNamed = (client: ApiClient, name: string): Promise<Pod> =>
  client.get(corePods, { namespace: 'default', name });

const isOn =
  (node: string) =>
  ({ spec }: Pod): void =>
    expect(spec?.nodeName).toBe(node);

const waits =
  (reason: string, message: unknown) =>
  ({ status }: Pod): void =>
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'False', reason, message }),
    );

describe('an extender', () => {
  test('takes nodes away, and says why', async () => {
    await using extender = await extenderWith({
      filter: ({ NodeNames = [] }) => ({
        NodeNames: NodeNames.filter((name) => name === 'b'),
        FailedNodes: { a: 'a is too old' },
      }),
    });
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, filterVerb: 'filter' });
    await plane.client.create(corePods, newPod('web'));
    await eventually(() => podNamed(plane.client, 'web'), isOn('b'));
  });

  test('that takes every node leaves the pod waiting with its words', async () => {
    await using extender = await extenderWith({
      filter: () => ({ NodeNames: [], FailedNodes: { a: 'too old', b: 'too old' } }),
    });
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, filterVerb: 'filter' });
    await plane.client.create(corePods, newPod('web'));
    await eventually(
      () => podNamed(plane.client, 'web'),
      waits('Unschedulable', expect.stringContaining('0/2 nodes are available: 2 too old.')),
    );
    expect(plane.told[0]?.reasons).toEqual([
      { plugin: expect.stringContaining(extender.urlPrefix), reason: 'too old', count: 2 },
    ]);
  });

  test('scores nodes beside the plugins', async () => {
    await using extender = await extenderWith({
      prioritize: ({ NodeNames = [] }) =>
        NodeNames.map((Host) => ({ Host, Score: Host === 'b' ? 10 : 0 })),
    });
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, prioritizeVerb: 'prioritize', weight: 10 });
    for (const name of ['one', 'two']) {
      await plane.client.create(corePods, newPod(name));
      await eventually(() => podNamed(plane.client, name), isOn('b'));
    }
  });

  test('is asked about the pods alone that request what it manages', async () => {
    await using extender = await extenderWith({ filter: () => ({ NodeNames: ['a'] }) });
    const managedResources = [{ name: 'example.com/fpga' }];
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, filterVerb: 'filter', managedResources });
    await plane.client.create(corePods, newPod('plain'));
    await eventually(
      () => podNamed(plane.client, 'plain'),
      ({ spec }) => expect(spec?.nodeName).toBeDefined(),
    );
    expect(extender.asked).toEqual([]);
    const resources = { limits: { 'example.com/fpga': '1' } };
    const containers = [{ name: 'main', image: 'nginx', resources }];
    await plane.client.create(corePods, newPod('special', { containers }));
    await eventually(() => podNamed(plane.client, 'special'), isOn('a'));
  });

  test('binds in place of the scheduler', async () => {
    const bound: string[] = [];
    await using extender = await extenderWith({
      bind: ({ Node = '' }) => {
        bound.push(Node);
        return {};
      },
    });
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, bindVerb: 'bind' }, ['a']);
    await plane.client.create(corePods, newPod('web'));
    await eventually(
      () => bound,
      (nodes) => expect(nodes).toEqual(['a']),
    );
  });

  test('that answers nonsense to bind is named in the decision, and the pod is tried again', async () => {
    const answers: unknown[] = [null, {}];
    await using extender = await extenderWith({ bind: () => answers.shift() ?? null });
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, bindVerb: 'bind' }, ['a']);
    await plane.client.create(corePods, newPod('web'));
    await eventually(
      () => plane.told,
      ([first]) =>
        expect(first).toMatchObject({
          outcome: 'Error',
          message: `extender ${urlPrefix}: its answer to bind is no object`,
        }),
    );
    await eventually(
      () => extender.asked,
      (asked) => expect(asked.length).toBeGreaterThan(1),
    );
  });

  test('that is down is left out if it may be, and reported on the pod if not', async () => {
    await using extender = await extenderWith({});
    const { urlPrefix } = extender;
    const broken = { urlPrefix, filterVerb: 'filter', httpTimeout: '5s' };
    await using lenient = await planeWith({ ...broken, ignorable: true }, ['a']);
    await lenient.client.create(corePods, newPod('web'));
    await eventually(() => podNamed(lenient.client, 'web'), isOn('a'));
    await using strict = await planeWith(broken, ['a']);
    await strict.client.create(corePods, newPod('web'));
    const message = `extender ${urlPrefix}/filter: failed filter with code 500`;
    await eventually(() => podNamed(strict.client, 'web'), waits('SchedulerError', message));
    expect(strict.told[0]).toMatchObject({ outcome: 'Error', message });
  });

  test.each([
    ['that does not answer in time', () => undefined, /scheduler\/filter: no answer within/],
    ['that answers nonsense', () => 'yes', /its answer to filter is no object/],
  ])('%s is reported on its own pods, and holds up no others', async (_, filter, message) => {
    await using extender = await extenderWith({ filter });
    const managedResources = [{ name: 'example.com/fpga' }];
    const { urlPrefix } = extender;
    await using plane = await planeWith({
      urlPrefix,
      filterVerb: 'filter',
      httpTimeout: '200ms',
      managedResources,
    });
    const { client } = plane;
    const resources = {
      requests: { 'example.com/fpga': '1' },
      limits: { 'example.com/fpga': '1' },
    };
    const containers = [{ name: 'main', image: 'nginx', resources }];
    await client.create(corePods, newPod('special', { containers }));
    await client.create(corePods, newPod('plain'));
    await eventually(
      () => podNamed(client, 'plain'),
      ({ spec }) => expect(spec?.nodeName).toBeDefined(),
    );
    await eventually(
      () => podNamed(client, 'special'),
      waits('SchedulerError', expect.stringMatching(message)),
    );
  });

  test('that does not answer holds up no pods of another', async () => {
    await using silent = await extenderWith({ filter: () => undefined });
    await using quick = await extenderWith({ filter: () => ({ NodeNames: ['a'] }) });
    const managing = (name: string) => ({
      filterVerb: 'filter',
      managedResources: [{ name, ignoredByScheduler: true }],
    });
    await using plane = await planeWith([
      { urlPrefix: silent.urlPrefix, ...managing('example.com/fpga') },
      { urlPrefix: quick.urlPrefix, ...managing('example.com/tape') },
    ]);
    const { client } = plane;
    await client.create(corePods, newPod('held', podOf({ 'example.com/fpga': '1' })));
    await eventually(
      () => silent.asked,
      (asked) => expect(asked).toEqual(['filter']),
    );
    await client.create(corePods, newPod('free', podOf({ 'example.com/tape': '1' })));
    await eventually(() => podNamed(client, 'free'), isOn('a'));
    expect((await podNamed(client, 'held')).spec?.nodeName).toBeUndefined();
  });

  test('looks after a resource in place of the scheduler where it says so', async () => {
    await using extender = await extenderWith({ filter: () => ({ NodeNames: ['b'] }) });
    const managedResources = [{ name: 'example.com/unknown-here', ignoredByScheduler: true }];
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, filterVerb: 'filter', managedResources });
    const wanted = podOf({ 'example.com/unknown-here': '1' });
    await plane.client.create(corePods, newPod('web', wanted));
    await eventually(() => podNamed(plane.client, 'web'), isOn('b'));
  });

  test('says where room is made, and at whose cost; one that fails there is reported or left out', async () => {
    const answers: unknown[] = [{ NodeNameToMetaVictims: { nowhere: {} } }];
    await using extender = await extenderWith({
      preempt: ({ NodeNameToMetaVictims }) =>
        answers.shift() ?? { nodeNameToMetaVictims: { b: NodeNameToMetaVictims?.b } },
    });
    const { urlPrefix } = extender;
    await using broken = await extenderWith({});
    await using plane = await planeWith([
      { urlPrefix, preemptVerb: 'preempt' },
      { urlPrefix: broken.urlPrefix, preemptVerb: 'preempt', ignorable: true },
    ]);
    const { client } = plane;
    for (const name of ['one', 'two']) {
      await client.create(corePods, newPod(name, podOf({ cpu: '3' })));
      await eventually(
        () => podNamed(client, name),
        ({ spec }) => expect(spec?.nodeName).toBeDefined(),
      );
    }
    const urgent = { value: 1000, metadata: { name: 'urgent' } };
    await client.create(schedulingPriorityClasses, urgent);
    const pod = { ...podOf({ cpu: '3' }), priorityClassName: 'urgent' };
    await client.create(corePods, newPod('web', pod));
    await eventually(
      () => plane.told,
      (told) =>
        expect(told).toContainEqual(
          expect.objectContaining({
            outcome: 'Error',
            message: `extender ${urlPrefix}: claims a candidate "nowhere" that was none`,
          }),
        ),
    );
    await eventually(
      () => podNamed(client, 'web'),
      ({ status }) => expect(status?.nominatedNodeName).toBe('b'),
    );
    expect(broken.asked).toContain('preempt');
  });

  test('that gives no scores is left out of them', async () => {
    await using extender = await extenderWith({ prioritize: () => [{ Host: 'a', Score: 'much' }] });
    const { urlPrefix } = extender;
    await using plane = await planeWith({ urlPrefix, prioritizeVerb: 'prioritize' });
    await plane.client.create(corePods, newPod('web'));
    await eventually(
      () => podNamed(plane.client, 'web'),
      ({ spec }) => expect(spec?.nodeName).toBeDefined(),
    );
    expect(extender.asked).toContain('prioritize');
  });
});
