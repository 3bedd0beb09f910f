import { describe, expect, test } from '@jest/globals';
import {
  planExpansion,
  retryDelayMs,
  wantsMore,
} from '../../../../src/controllers/persistentvolume-expander/plan.ts';
import {
  failedStatus,
  resizedStatus,
  resizingStatus,
} from '../../../../src/controllers/persistentvolume-expander/status.ts';
import type { PersistentVolumeClaimStatus } from '../../../../src/scheme/generated/types/core-v1.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const claim = (storage: string, status: PersistentVolumeClaimStatus = {}) =>
  newClaim('data', {
    spec: { resources: { requests: { storage } } },
    status: { phase: 'Bound', capacity: { storage: '1Gi' }, ...status },
  });

test.each([
  ['2Gi', {}, true],
  ['1Gi', {}, false],
  ['1024Mi', {}, false],
  ['500Mi', {}, false],
  ['2Gi', { phase: 'Pending' as const }, false],
  ['2Gi', { capacity: {} }, true],
])(
  'a claim of 1Gi that asks for %s, with status %j, wants more: %j',
  (storage, status, expected) => {
    expect(wantsMore(claim(storage, status))).toBe(expected);
  },
);

test('a claim that is being deleted wants nothing', () => {
  const { metadata, ...rest } = claim('2Gi');
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  expect(wantsMore({ ...rest, metadata: { ...metadata, deletionTimestamp } })).toBe(false);
});

const WAITING = 'waiting for an external controller to expand this PVC';
const RESIZED_BY = { annotations: { 'volume.kubernetes.io/storage-resizer': 'ebs.csi.aws.com' } };
const RESIZED_BY_DRIVER = expect.objectContaining(RESIZED_BY);
const MIGRATED = {
  type: 'Normal',
  reason: 'ExternalExpanding',
  message:
    'CSI migration enabled for kubernetes.io/aws-ebs; waiting for external resizer to expand the pvc',
};

describe('an expansion', () => {
  const claimRef = { namespace: 'default', name: 'data', uid: 'uid-data' };
  const onDriver = (driver: string, storage = '1Gi') =>
    newVolume('disk', {
      spec: {
        hostPath: undefined as never,
        claimRef,
        csi: { driver, volumeHandle: 'h' },
        capacity: { storage },
      },
    });
  const simulated = 'disk.simulation.orrery.dev';
  const onPlugin = newVolume('disk', {
    spec: { hostPath: undefined as never, claimRef, awsElasticBlockStore: { volumeID: 'vol-1' } },
  });

  test.each([
    [
      'of a simulated disk grows the volume',
      onDriver(simulated),
      { type: 'resize', growsVolume: true, storage: '2Gi' },
    ],
    [
      'that has grown the volume goes on with the claim',
      onDriver(simulated, '3Gi'),
      { type: 'resize', growsVolume: false, storage: '3Gi' },
    ],
    [
      'of another driver is its own',
      onDriver('disks.example.com'),
      { type: 'wait', note: { type: 'Normal', reason: 'ExternalExpanding', message: WAITING } },
    ],
    [
      'of a path is nobody’s that is known',
      newVolume('disk', { spec: { claimRef } }),
      { type: 'wait', note: { type: 'Warning', reason: 'ExternalExpanding', message: WAITING } },
    ],
    [
      'of a plugin that a driver stands for is that driver’s, and the claim says so',
      onPlugin,
      {
        type: 'wait',
        note: MIGRATED,
        claim: expect.objectContaining({ metadata: RESIZED_BY_DRIVER }),
      },
    ],
    [
      'of a volume that is another claim’s is none',
      newVolume('disk', { spec: { claimRef: { ...claimRef, uid: 'uid-0' } } }),
      { type: 'leave' },
    ],
  ])('%s', (_, volume, plan) => {
    expect(planExpansion(claim('2Gi'), volume)).toEqual(plan);
  });

  test('of a plugin is not said twice on the claim', () => {
    const { metadata, ...rest } = claim('2Gi');
    const said = { ...rest, metadata: { ...metadata, ...RESIZED_BY } };
    expect(planExpansion(said, onPlugin)).toEqual({ type: 'wait', note: MIGRATED });
  });
});

test('a claim says that it is being resized and what is set aside for it, until it has it', () => {
  const pending = { type: 'FileSystemResizePending', status: 'True' as const };
  const resizing = resizingStatus(claim('2Gi', { conditions: [pending] }), '2Gi', 'now');
  expect(resizing).toEqual({
    phase: 'Bound',
    capacity: { storage: '1Gi' },
    allocatedResources: { storage: '2Gi' },
    allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' },
    conditions: [pending, { type: 'Resizing', status: 'True', lastTransitionTime: 'now' }],
  });
  expect(resizedStatus(claim('2Gi', resizing), '2Gi')).toEqual({
    phase: 'Bound',
    capacity: { storage: '2Gi' },
    allocatedResources: { storage: '2Gi' },
    conditions: [pending],
  });
});

describe('a claim whose disk could not grow', () => {
  const NOW = '2026-01-01T00:00:00Z';
  const resizing = claim('2Gi', resizingStatus(claim('2Gi'), '2Gi', NOW));
  const failed = (isInfeasible: boolean, now = NOW) =>
    claim('2Gi', failedStatus(resizing, { isInfeasible, message: 'no more' }, now));

  test.each([
    [true, 'ControllerResizeInfeasible'],
    [false, 'ControllerResizeInProgress'],
  ])('says so, and whether it ever will: %j', (isInfeasible, storage) => {
    expect(failed(isInfeasible).status).toMatchObject({
      allocatedResources: { storage: '2Gi' },
      allocatedResourceStatuses: { storage },
      conditions: [
        { type: 'Resizing', status: 'True' },
        {
          type: 'ControllerResizeError',
          status: 'True',
          message: 'failed to expand pvc with no more',
          lastTransitionTime: NOW,
        },
      ],
    });
  });

  test('says when it failed last', () => {
    const again = failedStatus(failed(true), { isInfeasible: true, message: 'no more' }, 'later');
    expect(again.conditions?.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      NOW,
      'later',
    ]);
  });

  test('is left as it is while the same is tried again, and says when another size is', () => {
    const again = failed(true);
    expect(resizingStatus(again, '2048Mi', 'later')).toBe(again.status);
    expect(resizingStatus(again, '3Gi', 'later')).toMatchObject({
      allocatedResources: { storage: '3Gi' },
      allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' },
    });
  });

  test('says nothing of it once it has grown', () => {
    expect(resizedStatus(failed(true), '2Gi')).toEqual({
      phase: 'Bound',
      capacity: { storage: '2Gi' },
      allocatedResources: { storage: '2Gi' },
    });
  });

  test.each<[string, ReturnType<typeof claim>, string, number, number]>([
    ['five minutes after it turned out to be infeasible', failed(true), '2Gi', 60_000, 240_000],
    ['at once when they are over', failed(true), '2Gi', 300_000, 0],
    ['at once to another size', failed(true), '1536Mi', 0, 0],
    ['when the queue says so, where it may succeed', failed(false), '2Gi', 0, 0],
    ['at once the first time', claim('2Gi'), '2Gi', 0, 0],
  ])('is tried again %s', (_, subject, storage, passedMs, delayMs) => {
    expect(retryDelayMs(subject, storage, Date.parse(NOW) + passedMs)).toBe(delayMs);
  });
});
