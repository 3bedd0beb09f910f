import { expect, test } from '@jest/globals';
import {
  ATTACHER_FINALIZER,
  isLeft,
  isPending,
  planAttachment,
} from '../../../../src/controllers/volume-attacher/plan.ts';
import {
  attachedStatus,
  failedStatus,
} from '../../../../src/controllers/volume-attacher/status.ts';
import type { PersistentVolume } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { VolumeAttachment } from '../../../../src/scheme/generated/types/storage-v1.ts';
import { newVolume } from '../../../support/storage.ts';

const DRIVER = 'disk.simulation.orrery.dev';
const deletionTimestamp = '2026-01-01T00:00:00Z';
const held = { finalizers: [ATTACHER_FINALIZER] };

const attachment = (
  metadata: VolumeAttachment['metadata'] = {},
  attached?: boolean,
  attacher = DRIVER,
): VolumeAttachment => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: 'csi-1', ...metadata },
  spec: { attacher, nodeName: 'node-1', source: { persistentVolumeName: 'disk' } },
  ...(attached === undefined ? {} : { status: { attached } }),
});

const disk = newVolume('disk');
const going = newVolume('disk', { deletionTimestamp, finalizers: [ATTACHER_FINALIZER] });

const PLANS: readonly [
  title: string,
  one: VolumeAttachment,
  volume: PersistentVolume | undefined,
  plan: object,
][] = [
  ['that is new is attached', attachment(), disk, { type: 'attach', volume: disk }],
  ['that is held is attached', attachment(held), disk, { type: 'attach', volume: disk }],
  [
    'that failed before is tried again',
    attachment(held, false),
    disk,
    { type: 'attach', volume: disk },
  ],
  [
    'that is attached and not held is held',
    attachment({}, true),
    disk,
    { type: 'attach', volume: disk },
  ],
  ['that is attached is left alone', attachment(held, true), disk, { type: 'leave' }],
  [
    'that is being deleted is detached, whatever has become of its volume',
    attachment({ ...held, deletionTimestamp }, true),
    undefined,
    { type: 'detach' },
  ],
  [
    'that is detached is left alone',
    attachment({ deletionTimestamp }, true),
    disk,
    { type: 'leave' },
  ],
  [
    'of another driver is left alone',
    attachment({}, undefined, 'disks.example.com'),
    disk,
    { type: 'leave' },
  ],
  [
    'of a volume that is not there fails',
    attachment(),
    undefined,
    { type: 'fail', message: 'persistentvolume "disk" not found' },
  ],
  [
    'of a volume that goes fails',
    attachment(),
    going,
    { type: 'fail', message: 'PersistentVolume "disk" is marked for deletion' },
  ],
];

test.each(PLANS)('an attachment %s', (_, one, volume, plan) => {
  expect(planAttachment(one, volume)).toEqual(plan);
  const { type } = planAttachment(one, volume);
  expect(isPending(one)).toBe(type !== 'leave');
});

test.each([
  ['that goes is let go with its last attachment', going, [], true],
  ['that goes is held while it is attached', going, [attachment()], false],
  ['that stays is held', newVolume('disk', { finalizers: [ATTACHER_FINALIZER] }), [], false],
  ['that was never attached is not held', newVolume('disk', { deletionTimestamp }), [], false],
])('a volume %s', (_, volume, attachments, expected) => {
  expect(isLeft(volume, attachments)).toBe(expected);
});

test('an attachment that fails says why and since when, until it is attached', () => {
  const status = failedStatus(attachment(), 'no slot', 'now');
  expect(status).toEqual({ attached: false, attachError: { message: 'no slot', time: 'now' } });
  const failed = { ...attachment(), status };
  expect(failedStatus(failed, 'no slot', 'later')).toBe(status);
  expect(failedStatus(failed, 'no disk', 'later').attachError?.time).toBe('later');
  expect(attachedStatus(failed)).toEqual({ attached: true });
});
