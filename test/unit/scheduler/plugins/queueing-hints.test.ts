import { describe, expect, test } from '@jest/globals';
import type { ClusterEvent } from '../../../../src/scheduler/framework.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import { buildNode, buildPod, type NodeFields, type PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const { profile } = new TestCluster([]);

const added = (node: NodeFields): ClusterEvent => ({ type: 'node-added', node: buildNode(node) });
const updated = (before: NodeFields, node: NodeFields): ClusterEvent => ({
  type: 'node-updated',
  before: buildNode(before),
  node: buildNode(node),
});
const left = (pod: PodFields): ClusterEvent => ({
  type: 'assigned-pod-removed',
  pod: buildPod(pod),
});
const came = (pod: PodFields): ClusterEvent => ({ type: 'assigned-pod-added', pod: buildPod(pod) });
const resized = (from: string, to: string): ClusterEvent => ({
  type: 'assigned-pod-updated',
  before: buildPod({ requests: { cpu: from } }),
  pod: buildPod({ requests: { cpu: to } }),
});
/** What most updates of a node are: they change nothing that counts. */
const heartbeat = updated({ labels: { [ZONE]: 'a' } }, { labels: { [ZONE]: 'a' } });
const relabelled = updated({ labels: { [ZONE]: 'a' } }, { labels: { [ZONE]: 'b' } });
const storage: ClusterEvent = { type: 'storage-changed' };
const devices: ClusterEvent = { type: 'devices-changed' };

const wanting = (labels: Record<string, string>): PodFields => ({ spec: { nodeSelector: labels } });
const withVolume: PodFields = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
const near = (app: string): PodFields => ({
  spec: {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: ZONE, labelSelector: { matchLabels: { app } } },
        ],
      },
    },
  },
});
const tainted = { taints: [{ key: 'x', effect: 'NoSchedule' as const }] };

/** Whether a pod that the plugin rejected is tried again after the event. */
function isRetried(name: string, event: ClusterEvent, pod: PodFields): boolean {
  const plugin = profile.plugins.find((each) => each.name === name);
  if (!plugin?.helpedBy?.includes(event.type)) return false;
  return plugin.couldHelp?.(event, toPodInfo(buildPod(pod))) ?? true;
}

describe('a pod that a plugin rejected is tried again', () => {
  test.each<[plugin: string, event: string, ClusterEvent, PodFields, boolean]>([
    ['NodeUnschedulable', 'a node is uncordoned', updated({ unschedulable: true }, {}), {}, true],
    ['NodeUnschedulable', 'a node is cordoned', updated({}, { unschedulable: true }), {}, false],
    ['NodeUnschedulable', 'a heartbeat', heartbeat, {}, false],
    ['TaintToleration', 'a taint goes', updated(tainted, {}), {}, true],
    ['TaintToleration', 'a tainted node comes', added(tainted), {}, false],
    ['TaintToleration', 'a heartbeat', heartbeat, {}, false],
    [
      'NodeAffinity',
      'a node gets the label',
      updated({}, { labels: { d: 's' } }),
      wanting({ d: 's' }),
      true,
    ],
    ['NodeAffinity', 'a node gets another label', relabelled, wanting({ d: 's' }), false],
    ['NodeAffinity', 'a node without the label comes', added({}), wanting({ d: 's' }), false],
    ['NodeResourcesFit', 'a pod leaves', left({}), {}, true],
    ['NodeResourcesFit', 'a pod comes', came({}), {}, false],
    ['NodeResourcesFit', 'a node grows', updated({ cpu: '1' }, { cpu: '2' }), {}, true],
    ['NodeResourcesFit', 'a node shrinks', updated({ cpu: '2' }, { cpu: '1' }), {}, false],
    ['NodeResourcesFit', 'a pod shrinks', resized('2', '1'), { requests: { cpu: '1' } }, true],
    ['NodeResourcesFit', 'a pod grows', resized('1', '2'), { requests: { cpu: '1' } }, false],
    ['NodeResourcesFit', 'a heartbeat', heartbeat, {}, false],
    [
      'InterPodAffinity',
      'the pod that it must be near comes',
      came({ labels: { app: 'a' } }),
      near('a'),
      true,
    ],
    ['InterPodAffinity', 'another pod comes', came({ labels: { app: 'b' } }), near('a'), false],
    [
      'InterPodAffinity',
      'a pod leaves that it must be near',
      left({ labels: { app: 'a' } }),
      near('a'),
      false,
    ],
    ['InterPodAffinity', 'a node moves', relabelled, near('a'), true],
    ['InterPodAffinity', 'a heartbeat', heartbeat, near('a'), false],
    ['VolumeBinding', 'a volume comes', storage, {}, true],
    ['VolumeBinding', 'a node moves', relabelled, {}, true],
    ['VolumeBinding', 'a heartbeat', heartbeat, {}, false],
    ['VolumeBinding', 'a pod leaves', left({}), {}, false],
    ['VolumeZone', 'a node moves', relabelled, {}, true],
    ['VolumeZone', 'a heartbeat', heartbeat, {}, false],
    ['VolumeRestrictions', 'a pod with volumes leaves', left(withVolume), {}, true],
    ['VolumeRestrictions', 'a pod without volumes leaves', left({}), {}, false],
    ['NodeVolumeLimits', 'a pod with volumes leaves', left(withVolume), {}, true],
    ['NodeVolumeLimits', 'a pod without volumes leaves', left({}), {}, false],
    ['DynamicResources', 'devices come', devices, {}, true],
    ['DynamicResources', 'a heartbeat', heartbeat, {}, false],
    ['DynamicResources', 'a pod leaves', left({}), {}, false],
    ['NodeResourcesFit', 'a volume comes', storage, {}, false],
  ])('by %s when %s, or not', (plugin, _, event, pod, retried) => {
    expect(isRetried(plugin, event, pod)).toBe(retried);
  });
});
