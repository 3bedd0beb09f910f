import { describe, expect, test } from '@jest/globals';
import {
  attachedVolumes,
  matters,
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
  accessModes: ('ReadWriteOnce' | 'ReadWriteOncePod' | 'ReadWriteMany')[] = ['ReadWriteOnce'],
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
  isPatient: false,
  volumeOf: ({ spec }) =>
    [a, shared].find(({ metadata }) => metadata.name === spec.source.persistentVolumeName),
  unneeded: new Map(),
  elsewhere: () => [],
  usersOn: () => [],
  ...parts,
});

const IN_USE = [attachedName(a)];
/** Nobody has needed what is attached since then. */
const unneededSince = (time: string) =>
  new Map([[attached().metadata.name ?? '', Date.parse(time)]]);
const other: Pod = { ...pod, metadata: { name: 'db', namespace: 'default' } };
const failing = (message: string) =>
  attached(a, {
    status: { attached: false, attachError: { time: '2026-01-01T00:00:00Z', message } },
  });

const PLANS: readonly [
  title: string,
  NodeView,
  { attach?: string[]; told?: [pod: string, message: string][]; detach?: number; nextMs?: number },
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
    'that another node has is waited for, and all who do are told who has it',
    view({
      needs: [
        { pod, volume: a },
        { pod: other, volume: a },
      ],
      elsewhere: () => ['node-2'],
      usersOn: (_, nodes) => nodes.map((name) => `user-on-${name}`),
    }),
    {
      told: ['web', 'db'].map((name) => [
        name,
        'Multi-Attach error for volume "a" Volume is already used by pod(s) user-on-node-2',
      ]),
    },
  ],
  [
    'that another node has is waited for when no Pod there has it any more',
    view({ needs: [{ pod, volume: a }], elsewhere: () => ['node-2'] }),
    {
      told: [
        [
          'web',
          'Multi-Attach error for volume "a" Volume is already exclusively attached to one node and can\'t be attached to another',
        ],
      ],
    },
  ],
  [
    'for one Pod alone is waited for as well',
    view({
      needs: [{ pod, volume: disk('a', ['ReadWriteOncePod']) }],
      elsewhere: () => ['node-2'],
      usersOn: () => ['db'],
    }),
    {
      told: [['web', 'Multi-Attach error for volume "a" Volume is already used by pod(s) db']],
    },
  ],
  [
    'that does not say for how many nodes it is is left to its driver',
    view({ needs: [{ pod, volume: disk('a', []) }], elsewhere: () => ['node-2'] }),
    { attach: ['a'] },
  ],
  [
    'that could not be attached is explained',
    view({ needs: [{ pod, volume: a }], attachments: [failing('no slot is free')] }),
    { told: [['web', 'AttachVolume.Attach failed for volume "a" : no slot is free']] },
  ],
  [
    'that could not be attached and that nobody needs is not explained',
    view({ attachments: [failing('no slot is free')] }),
    { detach: 1 },
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
    'of a silent node is left to it for six minutes from now on',
    view({ node: node({ inUse: IN_USE, ready: 'Unknown' }), attachments: [attached()] }),
    { nextMs: NOW + 360_000 },
  ],
  [
    'of a silent node is left to it for six minutes since it was needed last',
    view({
      node: node({ inUse: IN_USE, ready: 'False' }),
      attachments: [attached()],
      unneeded: unneededSince('2026-01-01T00:08:00Z'),
    }),
    { nextMs: Date.parse('2026-01-01T00:14:00Z') },
  ],
  [
    'of a silent node is taken away after that',
    view({
      node: node({ inUse: IN_USE, ready: 'Unknown' }),
      attachments: [attached()],
      unneeded: unneededSince('2026-01-01T00:04:00Z'),
    }),
    { detach: 1 },
  ],
  [
    'of a silent node is left to it for ever where nobody forces it',
    view({
      node: node({ inUse: IN_USE, ready: 'Unknown' }),
      attachments: [attached()],
      unneeded: unneededSince('2025-01-01T00:00:00Z'),
      isPatient: true,
    }),
    {},
  ],
  [
    'of a node that is out of service is taken away, also where nobody forces it',
    view({
      node: node({ inUse: IN_USE, taint: 'node.kubernetes.io/out-of-service' }),
      attachments: [attached()],
      isPatient: true,
    }),
    { detach: 1 },
  ],
  [
    'of a node that is well again is left to it, however long nobody has needed it',
    view({
      node: node({ inUse: IN_USE }),
      attachments: [attached()],
      unneeded: unneededSince('2025-01-01T00:00:00Z'),
    }),
    {},
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
  test.each(PLANS)('%s', (_, seen, { attach = [], told = [], detach = 0, nextMs }) => {
    const plan = planNode(seen);
    expect(plan.attach.map(({ metadata }) => metadata.name)).toEqual(attach);
    expect(plan.notes.map(({ note, pod: who }) => [who.metadata.name, note.message])).toEqual(told);
    for (const { note } of plan.notes) {
      expect(note).toMatchObject({ type: 'Warning', reason: 'FailedAttachVolume' });
    }
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

test('what nobody needs is remembered from when on, and forgotten once it is needed', () => {
  const name = attached().metadata.name;
  const seen = view({ node: node({ inUse: IN_USE }), attachments: [attached()] });
  const { unneeded } = planNode(seen);
  expect([...unneeded]).toEqual([[name, NOW]]);
  expect(planNode({ ...seen, nowMs: NOW + 1, unneeded }).unneeded).toEqual(unneeded);
  const needed = planNode({ ...seen, unneeded, needs: [{ pod, volume: a }] });
  expect(needed.unneeded.size).toBe(0);
});

test('the same news has the same name, and another attempt that fails is news', () => {
  const ids = (attachments: readonly VolumeAttachment[]) =>
    planNode(view({ needs: [{ pod, volume: a }], attachments })).notes.map(({ id }) => id);
  expect(ids([failing('no slot')])).toEqual(ids([failing('no slot')]));
  expect(ids([failing('no slot')])).not.toEqual(ids([failing('no disk')]));
});

test.each<[string, Node, boolean]>([
  ['falls silent', node({ ready: 'Unknown' }), true],
  ['goes out of service', node({ taint: 'node.kubernetes.io/out-of-service' }), true],
  ['mounts a volume', node({ inUse: IN_USE }), true],
  ['has another taint', node({ taint: 'key' }), false],
  ['says again that it is well', node({ since: '2026-01-01T00:00:09Z' }), false],
])('a node that %s matters: %#', (_, next, expected) => {
  expect(matters(node(), next)).toBe(expected);
});
