import { expect, test } from '@jest/globals';
import {
  boundClaimStatus,
  unboundClaimStatus,
  volumeStatus,
} from '../../../../src/controllers/persistentvolume-binder/status.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const now = '2026-01-01T00:00:00Z';

test('a volume that changes its phase says when, and one that does not keeps its status', () => {
  const volume = newVolume('disk');
  expect(volumeStatus(volume, { phase: 'Available', now })).toBe(volume.status);
  const bound = volumeStatus(volume, { phase: 'Bound', now });
  expect(bound).toEqual({ phase: 'Bound', lastPhaseTransitionTime: now });
});

test('a volume that fails again for another reason says the reason, and keeps the time', () => {
  const status = { phase: 'Failed' as const, message: 'one', lastPhaseTransitionTime: 'then' };
  const failed = newVolume('disk', { status });
  expect(volumeStatus(failed, { phase: 'Failed', message: 'two', now })).toEqual({
    ...status,
    message: 'two',
  });
  expect(volumeStatus(failed, { phase: 'Released', now })).toEqual({
    phase: 'Released',
    lastPhaseTransitionTime: now,
  });
});

const volume = newVolume('disk', {
  spec: {
    accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
    capacity: { storage: '5Gi' },
    volumeAttributesClassName: 'gold',
  },
});

test('a claim that becomes bound has the capacity, the modes and the attributes of its volume', () => {
  const status = boundClaimStatus(newClaim('data', { status: { phase: 'Pending' } }), volume);
  expect(status).toEqual({
    phase: 'Bound',
    accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
    capacity: { storage: '5Gi' },
    currentVolumeAttributesClassName: 'gold',
  });
  expect(boundClaimStatus(newClaim('data', { status }), volume)).toBe(status);
});

test('a claim that is bound keeps its capacity, however large its volume has become', () => {
  const status = {
    phase: 'Bound' as const,
    accessModes: ['ReadWriteOnce' as const],
    capacity: { storage: '1Gi' },
  };
  expect(boundClaimStatus(newClaim('data', { status }), volume)).toEqual({
    ...status,
    accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
  });
});

test('a claim without a volume has neither capacity nor modes', () => {
  const status = { phase: 'Bound' as const, capacity: { storage: '1Gi' }, accessModes: [] };
  expect(unboundClaimStatus(newClaim('data', { status }), 'Lost')).toEqual({ phase: 'Lost' });
  const pending = { phase: 'Pending' as const };
  expect(unboundClaimStatus(newClaim('data', { status: pending }), 'Pending')).toBe(pending);
});
