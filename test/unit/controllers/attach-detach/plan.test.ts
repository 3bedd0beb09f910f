import { describe, expect, test } from '@jest/globals';
import {
  attachedVolumes,
  multiAttachNote,
  type NodeView,
  needsAttaching,
  newAttachment,
  planNode,
} from '../../../../src/controllers/attach-detach/plan.ts';
import type { Node, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type {
  CSIDriver,
  VolumeAttachment,
} from '../../../../src/scheme/generated/types/storage-v1.ts';
import { attachedName } from '../../../../src/scheme/storage/attached-name.ts';
import { newVolume } from '../../../support/storage.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const disk = (
  name: string,
  accessModes: ('ReadWriteOnce' | 'ReadWriteMany')[] = ['ReadWriteOnce'],
) =>
  newVolume(name, {
    spec: {
      hostPath: undefined as never,
      accessModes,
      csi: { driver: 'disks.example.com', volumeHandle: `h-${name}` },
    },
  });
const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } };
const a = disk('a');
const shared = disk('shared', ['ReadWriteMany']);
const attached = (volume = a, parts: Partial<VolumeAttachment> = {}): VolumeAttachment => ({
  ...newAttachment(volume, 'node-1'),
  status: { attached: true },
  ...parts,
});

const node = (
  parts: { ready?: string; since?: string; inUse?: string[]; taint?: string } = {},
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  spec: parts.taint ? { taints: [{ key: parts.taint, effect: 'NoExecute' }] } : {},
  status: {
    conditions: [
      {
        type: 'Ready',
        status: (parts.ready ?? 'True') as 'True',
        lastTransitionTime: parts.since ?? '2026-01-01T00:00:00Z',
      },
    ],
    ...(parts.inUse ? { volumesInUse: parts.inUse } : {}),
  },
});

const view = (parts: Partial<NodeView> = {}): NodeView => ({
  node: node(),
  needs: [],
  attachments: [],
  nowMs: NOW,
  volumeOf: ({ spec }) =>
    [a, shared].find(({ metadata }) => metadata.name === spec.source.persistentVolumeName),
  elsewhere: () => [],
  ...parts,
});

const IN_USE = [attachedName(a)];
const names = (volumes: readonly { volume: { metadata: { name?: string } } }[]) =>
  volumes.map(({ volume }) => volume.metadata.name);

const PLANS: readonly [
  title: string,
  NodeView,
  { attach?: string[]; blocked?: string[]; detach?: number; nextMs?: number },
][] = [
  ['that a Pod needs is attached', view({ needs: [{ pod, volume: a }] }), { attach: ['a'] }],
  [
    'that two Pods need is attached once',
    view({
      needs: [
        { pod, volume: a },
        { pod, volume: a },
      ],
    }),
    { attach: ['a'] },
  ],
  [
    'that is attached is left alone',
    view({ needs: [{ pod, volume: a }], attachments: [attached()] }),
    {},
  ],
  [
    'that somebody attached by another driver is left alone',
    view({
      attachments: [attached(a, { spec: { ...newAttachment(a, 'node-1').spec, attacher: 'x' } })],
    }),
    {},
  ],
  ['that is not there is left alone', view({ attachments: [attached(disk('unknown'))] }), {}],
  ['that no Pod needs is detached', view({ attachments: [attached()] }), { detach: 1 }],
  [
    'that is being detached is left alone',
    view({ attachments: [attached(a, { metadata: { name: 'x', deletionTimestamp: 'now' } })] }),
    {},
  ],
  [
    'that another node has is waited for',
    view({ needs: [{ pod, volume: a }], elsewhere: () => ['node-2'] }),
    { blocked: ['a'] },
  ],
  [
    'that many nodes may have is attached to another',
    view({ needs: [{ pod, volume: shared }], elsewhere: () => ['node-2'] }),
    { attach: ['shared'] },
  ],
  [
    'that the node has mounted is left to it',
    view({ node: node({ inUse: IN_USE }), attachments: [attached()] }),
    {},
  ],
  [
    'of a silent node is left to it for six minutes',
    view({
      node: node({ inUse: IN_USE, ready: 'Unknown', since: '2026-01-01T00:08:00Z' }),
      attachments: [attached()],
    }),
    { nextMs: Date.parse('2026-01-01T00:14:00Z') },
  ],
  [
    'of a node that is silent for longer is taken away',
    view({ node: node({ inUse: IN_USE, ready: 'Unknown' }), attachments: [attached()] }),
    { detach: 1 },
  ],
  [
    'of a node that is out of service is taken away',
    view({
      node: node({ inUse: IN_USE, taint: 'node.kubernetes.io/out-of-service' }),
      attachments: [attached()],
    }),
    { detach: 1 },
  ],
  [
    'of a node that is gone is detached, whoever needs it',
    view({ node: undefined, needs: [{ pod, volume: a }], attachments: [attached()] }),
    { detach: 1 },
  ],
];

describe('a volume', () => {
  test.each(PLANS)('%s', (_, seen, { attach = [], blocked = [], detach = 0, nextMs }) => {
    const plan = planNode(seen);
    expect(names(plan.attach)).toEqual(attach);
    expect(names(plan.blocked)).toEqual(blocked);
    expect(plan.detach).toHaveLength(detach);
    expect(plan.nextMs).toBe(nextMs);
  });

  const driver = (attachRequired?: boolean): CSIDriver => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'disks.example.com' },
    spec: attachRequired === undefined ? {} : { attachRequired },
  });

  test.each([
    ['of a driver that is not known', a, undefined, true],
    ['of a driver that does not say', a, driver(), true],
    ['of a driver that attaches', a, driver(true), true],
    ['of a driver that does not attach', a, driver(false), false],
    ['without a driver', newVolume('path'), undefined, false],
  ])('%s needs attaching: %#', (_, volume, of, expected) => {
    expect(needsAttaching(volume, () => of)).toBe(expected);
  });

  test('has one attachment to a node, whoever makes it, and another to another node', () => {
    const one = newAttachment(a, 'node-1');
    expect(one.metadata.name).toMatch(/^csi-[0-9a-f]{64}$/);
    expect(newAttachment(a, 'node-1')).toEqual(one);
    expect(newAttachment(a, 'node-2').metadata.name).not.toBe(one.metadata.name);
  });
});

test('a node says what is attached, in order, and not what is on its way', () => {
  const attachments = [
    attached(shared),
    attached(a),
    attached(disk('other'), { status: { attached: false } }),
    attached(a, { metadata: { name: 'x', deletionTimestamp: 'now' } }),
  ];
  expect(attachedVolumes(view({ attachments }))).toEqual([
    { name: 'kubernetes.io/csi/disks.example.com^h-a', devicePath: '' },
    { name: 'kubernetes.io/csi/disks.example.com^h-shared', devicePath: '' },
  ]);
});

test('who waits for a volume is told by whom it is used', () => {
  expect(multiAttachNote(a, ['db-0', 'db-1']).message).toBe(
    'Multi-Attach error for volume "a" Volume is already used by pod(s) db-0, db-1',
  );
  expect(multiAttachNote(a, []).message).toContain('already exclusively attached to one node');
});
