import { describe, expect, test } from '@jest/globals';
import {
  isGivenUp,
  planModification,
  targetOf,
} from '../../../../src/controllers/volume-modifier/plan.ts';
import {
  modifyingStatus,
  pendingStatus,
  refusedStatus,
  settledStatus,
} from '../../../../src/controllers/volume-modifier/status.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaimStatus,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import type { VolumeAttributesClass } from '../../../../src/scheme/generated/types/storage-v1.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const DRIVER = 'disk.simulation.orrery.dev';

const claim = (wanted: string | undefined, status: PersistentVolumeClaimStatus = {}) =>
  newClaim('data', {
    spec: wanted === undefined ? {} : { volumeAttributesClassName: wanted },
    status: { phase: 'Bound', ...status },
  });

const silver = { currentVolumeAttributesClassName: 'silver' };
const toGold = {
  modifyVolumeStatus: { status: 'Pending' as const, targetVolumeAttributesClassName: 'gold' },
};

test.each([
  [undefined, {}, undefined, false],
  ['', {}, undefined, false],
  ['gold', {}, 'gold', false],
  ['gold', silver, 'gold', false],
  ['silver', silver, undefined, false],
  ['gold', { ...silver, ...toGold }, 'gold', false],
  ['silver', { ...silver, ...toGold }, undefined, true],
  ['gold', { phase: 'Pending' as const }, undefined, false],
])(
  'a claim that asks for %s and has %j is on its way to %s, and gave up: %j',
  (wanted, status, target, gaveUp) => {
    expect(targetOf(claim(wanted, status))).toBe(target);
    expect(isGivenUp(claim(wanted, status))).toBe(gaveUp);
  },
);

test('a claim that goes is on its way to nothing', () => {
  const { metadata, ...rest } = claim('gold');
  expect(
    targetOf({ ...rest, metadata: { ...metadata, deletionTimestamp: 'now' } }),
  ).toBeUndefined();
});

describe('attributes', () => {
  const disk = (driver: string, uid = 'uid-data'): PersistentVolume =>
    newVolume('disk', {
      spec: {
        hostPath: undefined as never,
        csi: { driver, volumeHandle: 'h' },
        claimRef: { namespace: 'default', name: 'data', uid },
      },
    });
  const gold = (driverName: string): VolumeAttributesClass => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'gold' },
    driverName,
  });

  test.each([
    ['of a simulated disk change', disk(DRIVER), gold(DRIVER), { type: 'modify', target: 'gold' }],
    ['of another driver’s disk are its own', disk('x'), gold('x'), { type: 'leave' }],
    ['of another claim’s disk stay', disk(DRIVER, 'uid-0'), gold(DRIVER), { type: 'leave' }],
    [
      'of a class that is not there are waited for',
      disk(DRIVER),
      undefined,
      { type: 'wait', target: 'gold', message: 'VAC gold does not exist.' },
    ],
    [
      'of another driver’s class are refused',
      disk(DRIVER),
      gold('x'),
      { type: 'refuse', target: 'gold', message: `VAC gold is for driver x, not for ${DRIVER}` },
    ],
  ])('%s', (_, volume, attributes, plan) => {
    expect(planModification(claim('gold'), volume, attributes)).toEqual(plan);
  });
});

describe('the status of a claim', () => {
  const other = { type: 'Resizing', status: 'True' as const };

  test('says what it waits for, once', () => {
    const status = pendingStatus(claim('gold', silver), 'gold');
    expect(status).toEqual({ phase: 'Bound', ...silver, ...toGold });
    const said = claim('gold', status);
    expect(pendingStatus(said, 'gold')).toBe(said.status);
    expect(pendingStatus(claim('lead', status), 'lead')).not.toBe(status);
  });

  test('says that its disk is being modified, and what it has when that is done', () => {
    const modifying = modifyingStatus(claim('gold', { conditions: [other] }), 'gold', 'now');
    expect(modifying).toMatchObject({
      modifyVolumeStatus: { status: 'InProgress', targetVolumeAttributesClassName: 'gold' },
      conditions: [
        other,
        {
          type: 'ModifyingVolume',
          status: 'True',
          message: 'ModifyVolume operation in progress.',
          lastTransitionTime: 'now',
        },
      ],
    });
    expect(settledStatus(claim('gold', modifying), 'gold')).toEqual({
      phase: 'Bound',
      conditions: [other],
      currentVolumeAttributesClassName: 'gold',
    });
  });

  test('says why its disk cannot be modified, until it asks for what it has', () => {
    const refusal = { target: 'gold', message: 'no', now: 'now' };
    const refused = refusedStatus(claim('gold', silver), refusal);
    expect(refused.modifyVolumeStatus?.status).toBe('Infeasible');
    expect(refused.conditions).toEqual([
      expect.objectContaining({
        type: 'ModifyVolumeError',
        message: 'ModifyVolume failed with error: no. Waiting for retry.',
      }),
    ]);
    const said = claim('gold', refused);
    expect(refusedStatus(said, refusal)).toBe(said.status);
    expect(settledStatus(claim('silver', refused), 'silver')).toEqual({
      phase: 'Bound',
      ...silver,
    });
    expect(settledStatus(claim(undefined, toGold), undefined)).toEqual({ phase: 'Bound' });
  });
});
