import { describe, expect, test } from '@jest/globals';
import {
  findVolume,
  isReservedFor,
  unfitReason,
  volumesInOrder,
} from '../../../../src/scheme/storage/volume-matching.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const claim = newClaim('data');
const reference = { namespace: 'default', name: 'data' };
const small = newVolume('small');
const large = newVolume('large', { spec: { capacity: { storage: '5Gi' } } });
const tiny = newVolume('tiny', { spec: { capacity: { storage: '500Mi' } } });
const shared = newVolume('shared', { spec: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] } });
const reserved = newVolume('reserved', {
  spec: { claimRef: reference, capacity: { storage: '9Gi' } },
});
const CLASS = 'volume.beta.kubernetes.io/storage-class';

type Volumes = Parameters<typeof findVolume>[1];

const FOUND: readonly [
  title: string,
  Parameters<typeof findVolume>[0],
  Volumes,
  string | undefined,
][] = [
  ['the smallest that is large enough', claim, [large, small, tiny], 'small'],
  ['none that is too small', claim, [tiny], undefined],
  ['of equal ones the one that offers the fewest modes', claim, [shared, small], 'small'],
  ['a larger one rather than one that offers more modes', claim, [shared, large], 'large'],
  ['of equal ones the first by name', claim, [newVolume('b'), newVolume('a')], 'a'],
  ['the one that is reserved for it before any other', claim, [small, reserved], 'reserved'],
  [
    'the one that is bound to it',
    claim,
    [
      small,
      newVolume('own', {
        spec: { claimRef: { ...reference, uid: 'uid-data' } },
        status: { phase: 'Bound' },
      }),
    ],
    'own',
  ],
  [
    'none that is bound to an earlier claim of its name',
    claim,
    [newVolume('old', { spec: { claimRef: { ...reference, uid: 'uid-0' } } })],
    undefined,
  ],
  [
    'none that is reserved for it and has other attributes',
    claim,
    [
      newVolume('gold', {
        spec: { claimRef: reference, volumeAttributesClassName: 'gold' },
      }),
    ],
    undefined,
  ],
  [
    'none that is reserved for another',
    claim,
    [newVolume('other', { spec: { claimRef: { namespace: 'default', name: 'other' } } })],
    undefined,
  ],
  [
    'none that is reserved in another namespace',
    claim,
    [newVolume('other', { spec: { claimRef: { namespace: 'team', name: 'data' } } })],
    undefined,
  ],
  [
    'none that is not available',
    claim,
    [
      newVolume('released', { status: { phase: 'Released' } }),
      newVolume('new', { status: { phase: 'Pending' } }),
    ],
    undefined,
  ],
  [
    'none that is being deleted',
    claim,
    [{ ...small, metadata: { name: 'small', deletionTimestamp: '2025-01-01T00:00:00Z' } }],
    undefined,
  ],
  [
    'one of its own class',
    newClaim('data', { spec: { storageClassName: 'fast' } }),
    [small, newVolume('fast', { spec: { storageClassName: 'fast' } })],
    'fast',
  ],
  [
    'none of another class',
    newClaim('data', { spec: { storageClassName: 'slow' } }),
    [newVolume('fast', { spec: { storageClassName: 'fast' } })],
    undefined,
  ],
  [
    'one whose class an annotation names',
    newClaim('data', { spec: { storageClassName: 'fast' } }),
    [newVolume('old', { annotations: { [CLASS]: 'fast' } })],
    'old',
  ],
  [
    'one without a class where it asks for none',
    newClaim('data', { spec: { storageClassName: '' } }),
    [small],
    'small',
  ],
  [
    'none without a mode that it needs',
    newClaim('data', { spec: { accessModes: ['ReadWriteMany'] } }),
    [small, shared],
    undefined,
  ],
  [
    'one that offers every mode that it needs',
    newClaim('data', { spec: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] } }),
    [small, shared],
    'shared',
  ],
  [
    'none that is a file system where it wants a device',
    newClaim('data', { spec: { volumeMode: 'Block' } }),
    [small],
    undefined,
  ],
  [
    'a device where it wants a device',
    newClaim('data', { spec: { volumeMode: 'Block' } }),
    [newVolume('raw', { spec: { volumeMode: 'Block' } })],
    'raw',
  ],
  [
    'none that is reserved for it and a device where it wants a file system',
    claim,
    [newVolume('raw', { spec: { volumeMode: 'Block', claimRef: reference } })],
    undefined,
  ],
  [
    'one that its selector matches',
    newClaim('data', { spec: { selector: { matchLabels: { disk: 'ssd' } } } }),
    [small, newVolume('ssd', { labels: { disk: 'ssd' } })],
    'ssd',
  ],
  [
    'any where its selector is empty',
    newClaim('data', { spec: { selector: {} } }),
    [small],
    'small',
  ],
  [
    'none with other attributes',
    newClaim('data', { spec: { volumeAttributesClassName: 'gold' } }),
    [small],
    undefined,
  ],
];

describe('a claim is given', () => {
  test.each(FOUND)('%s', (_, wanted, volumes, name) => {
    expect(findVolume(wanted, volumes, { reservedOnly: false })?.metadata.name).toBe(name);
  });

  test('nothing but what is reserved for it, where the scheduler decides', () => {
    const reservedOnly = true;
    expect(findVolume(claim, [small], { reservedOnly })).toBeUndefined();
    expect(findVolume(claim, [small, reserved], { reservedOnly })).toBe(reserved);
  });
});

test('the scheduler takes what is reserved first, then the smallest, however many modes it offers', () => {
  const broad = newVolume('broad', { spec: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] } });
  const middle = newVolume('middle', { spec: { capacity: { storage: '2Gi' } } });
  const ordered = volumesInOrder(claim, [large, middle, tiny, broad, small, reserved]);
  expect(ordered).toEqual([reserved, broad, small, middle, large]);
});

test('a volume is reserved for the claim that it names, and for a namesake only until it says a uid', () => {
  expect(isReservedFor(small, claim)).toBe(false);
  expect(isReservedFor(reserved, claim)).toBe(true);
  expect(
    isReservedFor(
      reserved,
      newClaim('data', { metadata: { name: 'data', namespace: 'default', uid: 'uid-2' } }),
    ),
  ).toBe(true);
});

test.each([
  ['requested PV is too small', tiny, claim],
  [
    'storageClassName does not match',
    newVolume('v', { spec: { storageClassName: 'fast' } }),
    claim,
  ],
  [
    'volumeAttributesClassName does not match',
    newVolume('v', { spec: { volumeAttributesClassName: 'gold' } }),
    claim,
  ],
  ['incompatible volumeMode', newVolume('v', { spec: { volumeMode: 'Block' } }), claim],
  [
    'incompatible accessMode',
    small,
    newClaim('data', { spec: { accessModes: ['ReadWriteMany'] } }),
  ],
  [undefined, small, claim],
])('a volume that is asked for by name is refused because: %s', (reason, volume, wanted) => {
  expect(unfitReason(volume, wanted)).toBe(reason);
});
