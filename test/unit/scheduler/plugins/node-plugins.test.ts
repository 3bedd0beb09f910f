import { describe, expect, test } from '@jest/globals';
import type { ClusterEvent } from '../../../../src/scheduler/framework.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type {
  NodeSelectorRequirement,
  Taint,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod, type NodeFields, type PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const plugins = new TestCluster([]).profile.plugins;

function helps(name: string, event: ClusterEvent, fields: PodFields): boolean {
  const plugin = plugins.find((each) => each.name === name);
  if (!plugin?.helpedBy?.includes(event.type)) return false;
  return plugin.couldHelp?.(event, toPodInfo(buildPod(fields))) ?? true;
}

const DEDICATED: Taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };
const tolerating = (...tolerations: NonNullable<PodFields['spec']>['tolerations'] & object) => ({
  spec: { tolerations },
});
const selecting = (...matchExpressions: NodeSelectorRequirement[]): PodFields => ({
  spec: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions }],
        },
      },
    },
  },
});

const restartingAll: PodFields = {
  spec: {
    containers: [
      {
        name: 'main',
        image: 'i',
        restartPolicyRules: [
          { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [3] } },
        ],
      },
    ],
  },
};
const restartingOne: PodFields = {
  spec: {
    containers: [
      {
        name: 'main',
        image: 'i',
        restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [3] } }],
      },
    ],
  },
};
const CAN_RESTART_ALL: NodeFields = { declaredFeatures: ['RestartAllContainersOnContainerExits'] };

describe('a node', () => {
  const fits: [title: string, node: NodeFields, pod: PodFields, fits: boolean][] = [
    ['of another name is not asked for', { name: 'a' }, { spec: { nodeName: 'b' } }, false],
    ['of the name is asked for', { name: 'a' }, { spec: { nodeName: 'a' } }, true],
    ['that is cordoned takes nobody', { unschedulable: true }, {}, false],
    [
      'that is cordoned takes who tolerates it',
      { unschedulable: true },
      tolerating({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }),
      true,
    ],
    ['that declares no feature does not take who needs one', {}, restartingAll, false],
    [
      'that declares another feature neither',
      { declaredFeatures: ['Other'] },
      restartingAll,
      false,
    ],
    ['that declares the feature takes who needs it', CAN_RESTART_ALL, restartingAll, true],
    ['that declares no feature takes who needs none', {}, restartingOne, true],
    ['with a taint takes nobody', { taints: [DEDICATED] }, {}, false],
    [
      'with a taint takes who tolerates its value',
      { taints: [DEDICATED] },
      tolerating({ key: 'dedicated', value: 'db' }),
      true,
    ],
    [
      'with a taint does not take who tolerates another value',
      { taints: [DEDICATED] },
      tolerating({ key: 'dedicated', value: 'web' }),
      false,
    ],
    [
      'with a taint does not take who tolerates another effect',
      { taints: [DEDICATED] },
      tolerating({ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }),
      false,
    ],
    [
      'with a taint takes who tolerates everything',
      { taints: [DEDICATED, { key: 'x', effect: 'NoExecute' }] },
      tolerating({ operator: 'Exists' }),
      true,
    ],
    [
      'with a taint that only warns takes everybody',
      { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] },
      {},
      true,
    ],
    ['without a label is not selected', {}, { spec: { nodeSelector: { disk: 'ssd' } } }, false],
    [
      'with the label is selected',
      { labels: { disk: 'ssd' } },
      { spec: { nodeSelector: { disk: 'ssd' } } },
      true,
    ],
    [
      'is matched by a value in a list',
      { labels: { disk: 'ssd' } },
      selecting({ key: 'disk', operator: 'In', values: ['hdd', 'ssd'] }),
      true,
    ],
    [
      'is matched by a value that it does not have',
      { labels: { disk: 'ssd' } },
      selecting({ key: 'disk', operator: 'NotIn', values: ['hdd'] }),
      true,
    ],
    [
      'is matched by a greater number',
      { labels: { cores: '8' } },
      selecting({ key: 'cores', operator: 'Gt', values: ['4'] }),
      true,
    ],
    [
      'is matched by every expression of a term or not at all',
      { labels: { disk: 'ssd' } },
      selecting({ key: 'disk', operator: 'Exists' }, { key: 'zone', operator: 'Exists' }),
      false,
    ],
    ['has room for as much as it has', { cpu: '2' }, { requests: { cpu: '2' } }, true],
    ['has no room for more', { cpu: '2' }, { requests: { cpu: '2001m' } }, false],
    ['without room for pods takes none', { pods: '0' }, {}, false],
    [
      'has as many extended resources as it says',
      { extended: { 'example.com/gpu': '1' } },
      { requests: { 'example.com/gpu': '2' } },
      false,
    ],
    [
      'counts overhead',
      { cpu: '1' },
      { requests: { cpu: '1' }, spec: { overhead: { cpu: '1m' } } },
      false,
    ],
    [
      'counts the largest init container',
      { cpu: '1' },
      {
        requests: { cpu: '1' },
        spec: {
          initContainers: [{ name: 'init', image: 'i', resources: { requests: { cpu: '1' } } }],
        },
      },
      true,
    ],
    [
      'counts sidecars beside the containers',
      { cpu: '1' },
      {
        requests: { cpu: '1' },
        spec: {
          initContainers: [
            {
              name: 'sidecar',
              image: 'i',
              restartPolicy: 'Always',
              resources: { requests: { cpu: '1m' } },
            },
          ],
        },
      },
      false,
    ],
  ];
  test.each(fits)('%s', (_, node, pod, expected) => {
    expect(new TestCluster([{ name: 'a', ...node }]).feasible(pod).length > 0).toBe(expected);
  });
});

describe('a waiting pod is tried again', () => {
  const node = (fields: NodeFields = {}) => buildNode({ name: 'a', ...fields });
  const becomes = (before: NodeFields, after: NodeFields): ClusterEvent => ({
    type: 'node-updated',
    before: node(before),
    node: node(after),
  });
  const added = (fields: NodeFields = {}): ClusterEvent => ({
    type: 'node-added',
    node: node(fields),
  });
  const removed: ClusterEvent = { type: 'assigned-pod-removed', pod: buildPod() };
  const resized = (from: string, to: string): ClusterEvent => ({
    type: 'assigned-pod-updated',
    before: buildPod({ requests: { cpu: from } }),
    pod: buildPod({ requests: { cpu: to } }),
  });
  const ssd = { labels: { disk: 'ssd' } };
  const wantsSsd: PodFields = { spec: { nodeSelector: { disk: 'ssd' } } };
  const wantsCpu: PodFields = { requests: { cpu: '1' } };
  const cases: [
    plugin: string,
    title: string,
    event: ClusterEvent,
    pod: PodFields,
    helps: boolean,
  ][] = [
    ['NodeName', 'when its node comes', added(), { spec: { nodeName: 'a' } }, true],
    ['NodeName', 'not when another comes', added(), { spec: { nodeName: 'b' } }, false],
    ['NodeUnschedulable', 'when a node opens', becomes({ unschedulable: true }, {}), {}, true],
    ['NodeUnschedulable', 'not when one closes', becomes({}, { unschedulable: true }), {}, false],
    [
      'NodeDeclaredFeatures',
      'when a node declares more',
      becomes({}, CAN_RESTART_ALL),
      restartingAll,
      true,
    ],
    ['NodeDeclaredFeatures', 'when a node comes', added(), restartingAll, true],
    [
      'NodeDeclaredFeatures',
      'not when a node grows',
      becomes({ cpu: '1' }, { cpu: '2' }),
      restartingAll,
      false,
    ],
    ['TaintToleration', 'when a taint goes', becomes({ taints: [DEDICATED] }, {}), {}, true],
    ['TaintToleration', 'not when a tainted node comes', added({ taints: [DEDICATED] }), {}, false],
    ['TaintToleration', 'not when a pod goes', removed, {}, false],
    ['NodeAffinity', 'when a node gets the label', becomes({}, ssd), wantsSsd, true],
    ['NodeAffinity', 'when a node with the label comes', added(ssd), wantsSsd, true],
    ['NodeAffinity', 'not when a node stays as it is', becomes(ssd, ssd), wantsSsd, false],
    ['NodeResourcesFit', 'when a pod goes', removed, wantsCpu, true],
    ['NodeResourcesFit', 'when a node grows', becomes({ cpu: '1' }, { cpu: '2' }), wantsCpu, true],
    [
      'NodeResourcesFit',
      'not when one shrinks',
      becomes({ cpu: '2' }, { cpu: '1' }),
      wantsCpu,
      false,
    ],
    ['NodeResourcesFit', 'when a pod gives back', resized('2', '1'), wantsCpu, true],
    ['NodeResourcesFit', 'not when a pod takes more', resized('1', '2'), wantsCpu, false],
    ['VolumeBinding', 'when storage changes', { type: 'storage-changed' }, {}, true],
  ];
  test.each(cases)('by %s %s', (plugin, _, event, pod, expected) => {
    expect(helps(plugin, event, pod)).toBe(expected);
  });
});
