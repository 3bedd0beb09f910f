import { describe, expect, test } from '@jest/globals';
import {
  affinityToNode,
  createNodeJudge,
  daemonTolerations,
  targetNodeName,
} from '../../../../src/controllers/daemonset/eligibility.ts';
import type { PodSpec, Taint } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod, type NodeFields } from '../../../support/builders.ts';
import { storedDaemonSet } from '../../../support/workloads.ts';

const RUN = { shouldRun: true, mayStay: true };
const STAY = { shouldRun: false, mayStay: true };
const LEAVE = { shouldRun: false, mayStay: false };

const judged = (pod: Partial<PodSpec>, node: NodeFields) =>
  createNodeJudge(storedDaemonSet({ pod }))(buildNode({ name: 'a', ...node }));

const tainted = (key: string, effect: Taint['effect']): NodeFields => ({
  taints: [{ key, effect }],
});
const requiredAffinity = (key: string): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Exists' }] }],
      },
    },
  },
});

describe('where the Pods of a DaemonSet belong', () => {
  test.each<[string, Partial<PodSpec>, NodeFields, object]>([
    ['any node will do', {}, {}, RUN],
    ['a cordoned node is as good as another', {}, { unschedulable: true }, RUN],
    [
      'its node selector is met',
      { nodeSelector: { disk: 'ssd' } },
      { labels: { disk: 'ssd' } },
      RUN,
    ],
    ['its node selector is not met', { nodeSelector: { disk: 'ssd' } }, {}, LEAVE],
    ['its required affinity is met', requiredAffinity('gpu'), { labels: { gpu: '' } }, RUN],
    ['its required affinity is not met', requiredAffinity('gpu'), {}, LEAVE],
    ['its template names the node', { nodeName: 'a' }, {}, RUN],
    ['its template names another node', { nodeName: 'b' }, {}, LEAVE],
    ['a taint keeps new Pods off', {}, tainted('dedicated', 'NoSchedule'), STAY],
    ['a taint drives Pods away', {}, tainted('dedicated', 'NoExecute'), LEAVE],
    ['a taint only prefers', {}, tainted('dedicated', 'PreferNoSchedule'), RUN],
    [
      'a taint is tolerated',
      { tolerations: [{ key: 'dedicated', operator: 'Exists' }] },
      tainted('dedicated', 'NoExecute'),
      RUN,
    ],
    ['the node is unreachable', {}, tainted('node.kubernetes.io/unreachable', 'NoExecute'), RUN],
    ['the node is not ready', {}, tainted('node.kubernetes.io/not-ready', 'NoExecute'), RUN],
    [
      'the node has never been ready',
      {},
      tainted('node.kubernetes.io/not-ready', 'NoSchedule'),
      STAY,
    ],
    [
      'the disk is under pressure',
      {},
      tainted('node.kubernetes.io/disk-pressure', 'NoSchedule'),
      RUN,
    ],
    [
      'memory is under pressure',
      {},
      tainted('node.kubernetes.io/memory-pressure', 'NoSchedule'),
      RUN,
    ],
    ['pids are under pressure', {}, tainted('node.kubernetes.io/pid-pressure', 'NoSchedule'), RUN],
    ['the node is cordoned', {}, tainted('node.kubernetes.io/unschedulable', 'NoSchedule'), RUN],
    [
      'the node has no network',
      {},
      tainted('node.kubernetes.io/network-unavailable', 'NoSchedule'),
      STAY,
    ],
    [
      'the node has no network, and the Pod needs none',
      { hostNetwork: true },
      tainted('node.kubernetes.io/network-unavailable', 'NoSchedule'),
      RUN,
    ],
  ])('is judged when %s', (_, pod, node, verdict) => {
    expect(judged(pod, node)).toEqual(verdict);
  });
});

describe('the tolerations of a daemon Pod', () => {
  test('are those of the template and the automatic ones, none of them twice', () => {
    const own = [
      { key: 'dedicated', operator: 'Exists' as const },
      {
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists' as const,
        effect: 'NoExecute' as const,
        tolerationSeconds: 5,
      },
    ];
    const all = daemonTolerations({ containers: [], tolerations: own });
    expect(all).toHaveLength(7);
    expect(all[0]).toEqual(own[0]);
    expect(all.filter(({ key }) => key === 'node.kubernetes.io/not-ready')).toEqual([
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
    ]);
  });
});

describe('the node of a daemon Pod', () => {
  test('is named by its affinity, which replaces what the template demands and keeps what it prefers', () => {
    const preferred = [{ weight: 1, preference: { matchExpressions: [] } }];
    const affinity = affinityToNode(
      {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}, {}] },
          preferredDuringSchedulingIgnoredDuringExecution: preferred,
        },
      },
      'a',
    );
    const required = affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(required?.nodeSelectorTerms).toHaveLength(1);
    expect(affinity.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution).toBe(preferred);
    expect(targetNodeName(buildPod({ spec: { affinity } }).spec)).toBe('a');
  });

  test('is the one that it is bound to, whatever its affinity says', () => {
    const affinity = affinityToNode(undefined, 'a');
    expect(targetNodeName(buildPod({ spec: { affinity, nodeName: 'b' } }).spec)).toBe('b');
  });

  test('is none when nothing names one', () => {
    expect(targetNodeName(buildPod().spec)).toBeUndefined();
    expect(targetNodeName(buildPod({ spec: requiredAffinity('gpu') }).spec)).toBeUndefined();
  });
});
