import { describe, expect, test } from '@jest/globals';
import type { Node } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { nodeStrategy } from '../../../../../src/scheme/groups/core/node.ts';
import {
  CREATED,
  columnsOf,
  created,
  errorsOnCreate,
  errorsOnStatusUpdate,
  errorsOnUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';

/** A Node as people make them by hand. */
const BY_HAND: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: '10.240.79.157', labels: { name: 'my-first-k8s-node' } },
};

test('a Node made by hand is kept as it is', () => {
  expect(created(nodeStrategy, BY_HAND)).toEqual(BY_HAND);
  expect(errorsOnCreate(nodeStrategy, BY_HAND)).toEqual([]);
});

test('a kubelet registers with its status, of which the rest is filled', () => {
  const node = withMembers(BY_HAND, {
    'spec.podCIDR': '10.244.0.0/24',
    'status.capacity': { cpu: '16', memory: '65536Mi' },
  });
  const { spec, status } = created(nodeStrategy, node);
  expect(spec?.podCIDRs).toEqual(['10.244.0.0/24']);
  expect(status).toEqual({
    capacity: { cpu: '16', memory: '64Gi' },
    allocatable: { cpu: '16', memory: '64Gi' },
  });
});

describe('a Node is refused', () => {
  const taints = (...list: object[]): Record<string, unknown> => ({ 'spec.taints': list });
  test.each<[string, Record<string, unknown>, string]>([
    [
      'for a taint without effect',
      taints({ key: 'a' }),
      'metadata.taints[0].effect: Required value',
    ],
    [
      'for an unknown effect',
      taints({ key: 'a', effect: 'Maybe' }),
      'metadata.taints[0].effect: Unsupported value: "Maybe"',
    ],
    [
      'for a taint key that cannot be',
      taints({ key: 'a b', effect: 'NoSchedule' }),
      'metadata.taints[0].key: Invalid value: "a b"',
    ],
    [
      'for a taint value that cannot be',
      taints({ key: 'a', value: 'b c', effect: 'NoSchedule' }),
      'metadata.taints[0].value: Invalid value: "b c"',
    ],
    [
      'for one taint twice',
      taints({ key: 'a', effect: 'NoSchedule' }, { key: 'a', effect: 'NoSchedule' }),
      'taints must be unique by key and effect pair',
    ],
    [
      'for a range that is none',
      { 'spec.podCIDRs': ['x'] },
      'spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value',
    ],
    [
      'for two ranges of a family',
      { 'spec.podCIDRs': ['10.0.0.0/24', '10.0.1.0/24'] },
      'may specify no more than one CIDR for each IP family',
    ],
    [
      'for half a Pod',
      { 'status.capacity': { pods: '1500m' } },
      'status.capacity.pods: Invalid value: "1500m": must be an integer',
    ],
    [
      'for less than nothing',
      { 'status.allocatable': { cpu: '-1' } },
      'status.allocatable.cpu: Invalid value: "-1"',
    ],
  ])('%s', (_, members, message) => {
    const errors = errorsOnCreate(nodeStrategy, withMembers(BY_HAND, members));
    expect(errors.join('\n')).toContain(message);
  });
});

test('a Node gets its range and its provider once', () => {
  const set = withMembers(BY_HAND, {
    'spec.podCIDRs': ['10.0.0.0/24'],
    'spec.providerID': 'sim://1',
  });
  expect(errorsOnUpdate(nodeStrategy, set, BY_HAND)).toEqual([]);
  const changed = withMembers(set, {
    'spec.podCIDR': '10.0.1.0/24',
    'spec.podCIDRs': ['10.0.1.0/24'],
    'spec.providerID': 'sim://2',
  });
  expect(errorsOnUpdate(nodeStrategy, changed, set)).toEqual([
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
  ]);
});

test('a Node has each address once', () => {
  const address = { type: 'InternalIP', address: '10.0.0.1' };
  const next = withMembers(BY_HAND, { 'status.addresses': [address, address] });
  expect(errorsOnStatusUpdate(nodeStrategy, next, BY_HAND)).toEqual([
    'status.addresses[1]: Duplicate value: {"type":"InternalIP","address":"10.0.0.1"}',
  ]);
});

describe('a Node is shown as kubectl shows it', () => {
  const shown = (members: Record<string, unknown>) =>
    rowOf(
      nodeStrategy,
      withMembers(BY_HAND, { 'metadata.creationTimestamp': CREATED, ...members }),
    );

  test('with what its kubelet says', () => {
    expect(columnsOf(nodeStrategy)).toEqual({
      shown: ['Name', 'Status', 'Roles', 'Age', 'Version'],
      wide: ['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'],
    });
    const members = {
      'metadata.labels': {
        'node-role.kubernetes.io/worker': '',
        'node-role.kubernetes.io/edge': '',
      },
      'status.conditions': [{ type: 'Ready', status: 'True' }],
      'status.addresses': [{ type: 'InternalIP', address: '10.0.0.1' }],
      'status.nodeInfo': {
        kubeletVersion: 'v1.36.0',
        osImage: 'Simulated Linux',
        kernelVersion: '6.1',
        containerRuntimeVersion: 'containerd://2.0',
      },
    };
    expect(shown(members)).toEqual({
      Name: '10.240.79.157',
      Status: 'Ready',
      Roles: 'edge,worker',
      Age: '10m',
      Version: 'v1.36.0',
      'Internal-IP': '10.0.0.1',
      'External-IP': '<none>',
      'OS-Image': 'Simulated Linux',
      'Kernel-Version': '6.1',
      'Container-Runtime': 'containerd://2.0',
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['Unknown', {}],
    ['NotReady', { 'status.conditions': [{ type: 'Ready', status: 'Unknown' }] }],
    [
      'Ready,SchedulingDisabled',
      { 'status.conditions': [{ type: 'Ready', status: 'True' }], 'spec.unschedulable': true },
    ],
  ])('as %s', (status, members) => {
    expect(shown(members)).toMatchObject({
      Status: status,
      Roles: '<none>',
      'OS-Image': '<unknown>',
    });
  });
});
