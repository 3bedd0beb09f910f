import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { EventNote } from '../../../../src/machinery/event-recorder.ts';
import { parseSchedulerConfiguration } from '../../../../src/scheduler/configuration/scheduler-configuration.ts';
import type { Plugin, Profile } from '../../../../src/scheduler/framework.ts';
import type { PluginHandle } from '../../../../src/scheduler/plugin-handle.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import { SchedulingQueue } from '../../../../src/scheduler/scheduling-queue.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod, type PodFields } from '../../../support/builders.ts';
import { eventually } from '../../../support/eventually.ts';
import { pluginHandle, TestCluster } from '../../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const RACK = 'topology.orrery.dev/rack';
const HOST = 'kubernetes.io/hostname';

/** A profile that has the plugin beside the default ones. */
const profileWith =
  (name: string, overrides: Partial<PluginHandle> = {}) =>
  (handle: PluginHandle): Profile => {
    const replaced = name === 'Deadlines' ? [{ name: 'PrioritySort' }] : [];
    const plugins = { multiPoint: { enabled: [{ name, weight: 10 }], disabled: replaced } };
    const [profile] = parseSchedulerConfiguration({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [{ plugins }],
    }).createProfiles({ ...handle, ...overrides });
    if (!profile) throw new Error('there is no profile');
    return profile;
  };

const annotated = (annotations: Record<string, string>, fields: PodFields = {}): Pod => {
  const pod = buildPod(fields);
  return { ...pod, metadata: { ...pod.metadata, annotations } };
};

describe('Gangs', () => {
  const member = (name: string, size = '2', deadline = '30s') =>
    toPodInfo(
      annotated(
        {
          'scheduling.orrery.dev/gang-size': size,
          'scheduling.orrery.dev/gang-deadline': deadline,
        },
        { name, labels: { 'scheduling.orrery.dev/gang': 'train' } },
      ),
    );

  function gangCluster() {
    const clock = new VirtualClock();
    const cluster = new TestCluster([{ name: 'a' }]);
    const handle = pluginHandle(cluster.cache);
    const profile = profileWith('Gangs')({ ...handle, clock });
    const plugin = profile.plugins.find(({ name }) => name === 'Gangs') as Plugin;
    return { cluster, plugin, waitingPods: handle.waitingPods };
  }

  test('a member waits until so many others have a node', async () => {
    const { cluster, plugin, waitingPods } = gangCluster();
    const [first, second] = [member('first'), member('second')];
    cluster.cache.place(first, 'a');
    expect(plugin.permit?.(first, 'a')).toEqual({ decision: 'wait', timeoutMs: 30_000 });
    const waits = [{ plugin: 'Gangs', timeoutMs: 30_000 }];
    const waiting = waitingPods.wait(first, 'a', waits);
    cluster.cache.place(second, 'a');
    expect(plugin.permit?.(second, 'a')).toBeUndefined();
    await expect(waiting).resolves.toBeUndefined();
  });

  test('a member that fits nowhere takes the places of all', async () => {
    const { cluster, plugin, waitingPods } = gangCluster();
    const [first, second] = [member('first'), member('second')];
    cluster.cache.place(first, 'a');
    const waiting = waitingPods.wait(first, 'a', [{ plugin: 'Gangs', timeoutMs: 30_000 }]);
    plugin.postFilter?.(second, cluster.tableFor({}));
    await expect(waiting).rejects.toThrow('gang: default/second fits no node');
  });

  test('a pod without a gang does not wait', () => {
    const { plugin } = gangCluster();
    expect(plugin.permit?.(toPodInfo(buildPod()), 'a')).toBeUndefined();
    expect(plugin.permit?.(member('alone', '1'), 'a')).toBeUndefined();
  });
});

describe('DataLocality', () => {
  const nodes = [
    { name: 'holder', labels: { [HOST]: 'holder', [RACK]: 'r1', [ZONE]: 'z1' } },
    { name: 'rack', labels: { [HOST]: 'rack', [RACK]: 'r1', [ZONE]: 'z1' } },
    { name: 'zone', labels: { [HOST]: 'zone', [RACK]: 'r2', [ZONE]: 'z1' } },
    { name: 'far', labels: { [HOST]: 'far', [RACK]: 'r3', [ZONE]: 'z2' } },
  ];

  function clusterWithout(...gone: string[]): TestCluster {
    const cluster = new TestCluster(nodes, { createProfile: profileWith('DataLocality') });
    const holder = buildNode(nodes[0]);
    cluster.cache.setNode({
      ...holder,
      metadata: { ...holder.metadata, annotations: { 'data.orrery.dev/holds': 'a, b' } },
    });
    for (const name of gone) cluster.cache.setNode(buildNode({ ...nodeNamed(name), pods: '0' }));
    return cluster;
  }

  const nodeNamed = (name: string) => nodes.find((node) => node.name === name) ?? {};

  const cases: [title: string, dataSets: string, gone: string[], best: string][] = [
    ['the node that holds the data is best', 'a', [], 'holder'],
    ['then its rack', 'a', ['holder'], 'rack'],
    ['then its zone', 'b', ['holder', 'rack'], 'zone'],
    ['then any', 'a', ['holder', 'rack', 'zone'], 'far'],
  ];
  test.each(cases)('%s', (_, dataSets, gone, best) => {
    const cluster = clusterWithout(...gone);
    // The nodes without data are emptier.
    cluster.place('holder', { requests: { cpu: '200m', memory: '400Mi' } });
    const pod = annotated({ 'data.orrery.dev/datasets': dataSets });
    expect(cluster.bestFor(pod)).toBe(best);
  });
});

describe('Interference', () => {
  const of = (kind: string) => annotated({ 'interference.orrery.dev/class': kind });
  const usageClient = (cpu: Record<string, string>): ApiClient =>
    ({
      list: async () => ({
        items: Object.entries(cpu).map(([name, amount]) => ({
          metadata: { name },
          usage: { cpu: amount },
        })),
      }),
    }) as unknown as ApiClient;

  function clusterWith(cpu: Record<string, string>): TestCluster {
    const client = usageClient(cpu);
    return new TestCluster([{ name: 'a' }, { name: 'b' }], {
      createProfile: profileWith('Interference', { client }),
    });
  }

  const cases: [title: string, there: string, wanted: string, best: string][] = [
    ['a sensitive pod keeps away from a noisy one', 'noisy', 'sensitive', 'b'],
    ['a noisy pod keeps away from a sensitive one', 'sensitive', 'noisy', 'b'],
    ['noisy pods may be together', 'noisy', 'noisy', 'a'],
  ];
  test.each(cases)('%s', (_, there, wanted, best) => {
    const cluster = clusterWith({});
    cluster.cache.place(toPodInfo(of(there)), 'a');
    // The other node is fuller.
    cluster.place('b', { requests: { cpu: '500m', memory: '1Gi' } });
    expect(cluster.bestFor(of(wanted))).toBe(best);
  });

  test('a sensitive pod keeps away from a node that is busy', async () => {
    const cluster = clusterWith({ a: '4' });
    cluster.place('b', { requests: { cpu: '500m', memory: '1Gi' } });
    await eventually(
      () => cluster.bestFor(of('sensitive')),
      (best) => expect(best).toBe('b'),
    );
  });
});

describe('Deadlines', () => {
  const due = (name: string, deadline: string, rest: Record<string, string> = {}): Pod =>
    annotated({ 'scheduling.orrery.dev/deadline': deadline, ...rest }, { name });

  function deadlineWorld(pods: readonly Pod[] = []) {
    const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
    const notes: EventNote[] = [];
    const deleted: string[] = [];
    const client = {
      get: async (_: unknown, { name }: { name: string }) =>
        pods.find(({ metadata }) => metadata.name === name),
      delete: async (_: unknown, { name }: { name: string }) => deleted.push(name),
    } as unknown as ApiClient;
    const events = { record: (_: Pod, note: EventNote) => notes.push(note) };
    const handle = pluginHandle(new TestCluster([]).cache, {
      client,
      clock,
      events: events as unknown as PluginHandle['events'],
    });
    const profile = profileWith('Deadlines')(handle);
    return { clock, notes, deleted, queue: new SchedulingQueue({ profiles: [profile], clock }) };
  }

  test('the earliest deadline goes first within a priority', () => {
    const { queue } = deadlineWorld();
    queue.set(buildPod({ name: 'never' }));
    queue.set(due('late', '2026-01-03T00:00:00Z'));
    queue.set(due('early', '2026-01-02T00:00:00Z'));
    queue.set(buildPod({ name: 'vip', spec: { priority: 1 } }));
    const names: string[] = [];
    for (let next = queue.pop(); next; next = queue.pop()) names.push(next.info.key);
    expect(names).toEqual(['default/vip', 'default/early', 'default/late', 'default/never']);
  });

  test('a pod that waits too long is warned of, then expires', async () => {
    const pod = due('web', '2026-01-01T01:00:00Z', {
      'scheduling.orrery.dev/expected-duration': '10m',
      'scheduling.orrery.dev/expiry-action': 'delete',
    });
    const { clock, notes, deleted, queue } = deadlineWorld([pod]);
    queue.set(pod);
    clock.advance(50 * 60_000);
    await eventually(
      () => notes.map(({ reason }) => reason),
      (reasons) => expect(reasons).toEqual(['DeadlineCannotBeMet']),
    );
    clock.advance(10 * 60_000);
    await eventually(
      () => deleted,
      (names) => expect(names).toEqual(['web']),
    );
    expect(notes.map(({ reason }) => reason)).toEqual(['DeadlineCannotBeMet', 'DeadlineExpired']);
  });

  test('a pod that has its node in time hears nothing', async () => {
    const pod = due('web', '2026-01-01T01:00:00Z');
    const bound = { ...pod, spec: { ...pod.spec, nodeName: 'a' } } as Pod;
    const { clock, notes, queue } = deadlineWorld([bound]);
    queue.set(pod);
    clock.advance(2 * 3_600_000);
    await Promise.resolve();
    expect(notes).toEqual([]);
  });
});
