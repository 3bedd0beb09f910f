import { expect, test } from '@jest/globals';
import {
  classesOfClaim,
  classesOfVolume,
} from '../../../../src/controllers/volumeattributesclass-protection/plan.ts';
import type { PersistentVolumeClaim } from '../../../../src/scheme/generated/types/core-v1.ts';

const claim = (fields: Partial<PersistentVolumeClaim>): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  ...fields,
});

test.each([
  ['names none', claim({}), []],
  ['asks for one', claim({ spec: { volumeAttributesClassName: 'gold' } }), ['gold']],
  ['asks for the empty one', claim({ spec: { volumeAttributesClassName: '' } }), []],
  [
    'is on its way from one to another, and already asks for a third',
    claim({
      spec: { volumeAttributesClassName: 'gold' },
      status: {
        currentVolumeAttributesClassName: 'bronze',
        modifyVolumeStatus: { status: 'InProgress', targetVolumeAttributesClassName: 'silver' },
      },
    }),
    ['gold', 'bronze', 'silver'],
  ],
  [
    'has what it asks for',
    claim({
      spec: { volumeAttributesClassName: 'gold' },
      status: { currentVolumeAttributesClassName: 'gold' },
    }),
    ['gold'],
  ],
])('a claim that %s uses those classes', (_, one, expected) => {
  expect(classesOfClaim(one)).toEqual(expected);
});

test('a volume uses the class that it has', () => {
  const volume = {
    apiVersion: 'v1' as const,
    kind: 'PersistentVolume' as const,
    metadata: { name: 'disk' },
  };
  expect(classesOfVolume(volume)).toEqual([]);
  expect(classesOfVolume({ ...volume, spec: { volumeAttributesClassName: 'gold' } })).toEqual([
    'gold',
  ]);
});
