import { describe, expect, test } from '@jest/globals';
import { admissionOf } from '../../../src/kubelet/admission.ts';
import type { Node, NodeSpec, Pod, PodSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const podOf = (spec: Partial<PodSpec>): Pod => {
  const pod = buildPod();
  return { ...pod, spec: { containers: [{ name: 'c', image: 'c' }], ...spec } };
};

const nodeOf = (labels: Record<string, string>, spec: NodeSpec = {}): Node => {
  const node = buildNode();
  return { ...node, metadata: { ...node.metadata, labels }, spec };
};

const withPort = (hostPort: number, more: object = {}): Partial<PodSpec> => ({
  containers: [{ name: 'c', image: 'c', ports: [{ containerPort: 80, hostPort, ...more }] }],
});

const required = (key: string, value: string): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }],
      },
    },
  },
});

const taint = { key: 'maintenance', value: 'now', effect: 'NoExecute' } as const;

interface Case {
  readonly what: string;
  readonly spec: Partial<PodSpec>;
  readonly labels?: Record<string, string>;
  readonly node?: NodeSpec;
  readonly neighbour?: Partial<PodSpec>;
  readonly reason: string | undefined;
}

describe('a node', () => {
  test.each<Case>([
    { what: 'takes a Pod that asks for nothing', spec: {}, reason: undefined },
    {
      what: 'refuses a Pod whose node selector it does not have',
      spec: { nodeSelector: { disk: 'ssd' } },
      reason: 'NodeAffinity',
    },
    {
      what: 'takes a Pod whose node selector it has',
      spec: { nodeSelector: { disk: 'ssd' } },
      labels: { disk: 'ssd' },
      reason: undefined,
    },
    {
      what: 'refuses a Pod whose required affinity it does not meet',
      spec: required('zone', 'a'),
      labels: { zone: 'b' },
      reason: 'NodeAffinity',
    },
    {
      what: 'takes a Pod whose required affinity it meets',
      spec: required('zone', 'a'),
      labels: { zone: 'a' },
      reason: undefined,
    },
    {
      what: 'refuses a Pod whose host port a neighbour has',
      spec: withPort(8080),
      neighbour: withPort(8080),
      reason: 'NodePorts',
    },
    {
      what: 'refuses a Pod that wants a port at every address of which a neighbour has one',
      spec: withPort(8080),
      neighbour: withPort(8080, { hostIP: '10.0.0.1' }),
      reason: 'NodePorts',
    },
    {
      what: 'takes Pods with the same port at different addresses',
      spec: withPort(8080, { hostIP: '10.0.0.2' }),
      neighbour: withPort(8080, { hostIP: '10.0.0.1' }),
      reason: undefined,
    },
    {
      what: 'takes Pods with the same port of different protocols',
      spec: withPort(8080, { protocol: 'UDP' }),
      neighbour: withPort(8080),
      reason: undefined,
    },
    {
      what: 'refuses a Pod that does not tolerate its NoExecute taint',
      spec: {},
      node: { taints: [taint] },
      reason: 'TaintToleration',
    },
    {
      what: 'takes a Pod that tolerates its taint',
      spec: { tolerations: [{ operator: 'Exists' }] },
      node: { taints: [taint] },
      reason: undefined,
    },
    {
      what: 'takes a Pod that was bound to it in spite of a NoSchedule taint',
      spec: {},
      node: { taints: [{ ...taint, effect: 'NoSchedule' }] },
      reason: undefined,
    },
    {
      what: 'refuses a Pod for another system',
      spec: { os: { name: 'windows' } },
      reason: 'PodOSNotSupported',
    },
    {
      what: 'refuses a Pod that selects another system',
      spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } },
      reason: 'PodOSSelectorNodeLabelDoesNotMatch',
    },
  ])('$what', ({ labels = {}, neighbour, node, reason, spec }) => {
    const neighbours = neighbour ? [podOf(neighbour)] : [];
    const { problem } = admissionOf(podOf(spec), nodeOf(labels, node), neighbours);
    expect(problem?.reason).toBe(reason);
  });

  test('says why it refuses a Pod in the words of a kubelet', () => {
    const { problem } = admissionOf(podOf({ nodeSelector: { disk: 'ssd' } }), nodeOf({}), []);
    expect(problem?.message).toBe(
      "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    );
  });
});

describe('a kernel parameter that a Pod sets', () => {
  const LISTED = {
    'orrery.dev/allowed-unsafe-sysctls': 'kernel.msg*, net.core.somaxconn, vm.swappiness',
  };
  test.each([
    { name: 'net.ipv4.tcp_syncookies', more: {}, annotations: {}, why: undefined },
    { name: 'net/ipv4/tcp_syncookies', more: {}, annotations: {}, why: undefined },
    { name: 'kernel.msgmax', more: {}, annotations: {}, why: 'not allowlisted' },
    { name: 'kernel.msgmax', more: {}, annotations: LISTED, why: undefined },
    { name: 'net.core.somaxconn', more: {}, annotations: LISTED, why: undefined },
    { name: 'net.core.somaxconn2', more: {}, annotations: LISTED, why: 'not allowlisted' },
    { name: 'vm.swappiness', more: {}, annotations: LISTED, why: 'not allowlisted' },
    {
      name: 'kernel.shm_rmid_forced',
      more: { hostIPC: true },
      annotations: {},
      why: 'not allowed with host ipc enabled',
    },
    {
      name: 'net.ipv4.tcp_rmem',
      more: { hostNetwork: true },
      annotations: LISTED,
      why: 'not allowed with host net enabled',
    },
  ])('$name beside $more on a node with $annotations: $why', ({ annotations, more, name, why }) => {
    const node = nodeOf({});
    const pod = podOf({ ...more, securityContext: { sysctls: [{ name, value: '1' }] } });
    const { problem } = admissionOf(
      pod,
      { ...node, metadata: { ...node.metadata, annotations } },
      [],
    );
    expect(problem?.reason).toBe(why && 'SysctlForbidden');
    expect(problem?.note).toBe(why && `forbidden sysctl: "${name}" ${why}`);
  });
});
