import { expect, test } from '@jest/globals';
import {
  ATTACHER_FINALIZER,
  planAttachment,
} from '../../../../src/controllers/volume-attacher/plan.ts';
import type { VolumeAttachment } from '../../../../src/scheme/generated/types/storage-v1.ts';

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

test.each([
  ['that is new is held first', attachment(), 'hold'],
  ['that is held is attached', attachment(held), 'attach'],
  ['that failed before is tried again', attachment(held, false), 'attach'],
  ['that is attached is left alone', attachment(held, true), 'leave'],
  ['that is being deleted is detached', attachment({ ...held, deletionTimestamp }, true), 'detach'],
  ['that is detached is left alone', attachment({ deletionTimestamp }, true), 'leave'],
  ['of another driver is left alone', attachment({}, undefined, 'disks.example.com'), 'leave'],
])('an attachment %s', (_, one, plan) => {
  expect(planAttachment(one)).toBe(plan);
});
