/** Tables of volumes, claims and storage classes. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../generated/types/core-v1.ts';
import type { StorageClass } from '../../generated/types/storage-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';

const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: readonly string[] = []): string {
  return Object.keys(SHORT_MODES)
    .filter((mode) => modes.includes(mode))
    .map((mode) => SHORT_MODES[mode])
    .join(',');
}

function claimOf({ spec }: PersistentVolume): string {
  const { namespace, name } = spec?.claimRef ?? {};
  return name ? `${namespace}/${name}` : '';
}

const phaseOf = ({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '');

export const persistentVolumeColumns: readonly PrinterColumn<PersistentVolume>[] = [
  nameColumn,
  { name: 'Capacity', cell: ({ spec }) => spec?.capacity?.storage ?? '' },
  { name: 'Access Modes', cell: ({ spec }) => accessModes(spec?.accessModes) },
  { name: 'Reclaim Policy', cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '' },
  { name: 'Status', cell: phaseOf },
  { name: 'Claim', cell: claimOf },
  { name: 'StorageClass', cell: ({ spec }) => spec?.storageClassName ?? '' },
  {
    name: 'VolumeAttributesClass',
    cell: ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  },
  { name: 'Reason', cell: ({ status }) => status?.reason ?? '' },
  ageColumn,
  { name: 'VolumeMode', priority: 1, cell: ({ spec }) => spec?.volumeMode ?? UNSET },
];

/** What a claim got shows once it is bound. */
const whenBound = (text: string | undefined, { spec }: PersistentVolumeClaim): string =>
  spec?.volumeName ? (text ?? '') : '';

export const persistentVolumeClaimColumns: readonly PrinterColumn<PersistentVolumeClaim>[] = [
  nameColumn,
  { name: 'Status', cell: phaseOf },
  { name: 'Volume', cell: ({ spec }) => spec?.volumeName ?? '' },
  { name: 'Capacity', cell: (claim) => whenBound(claim.status?.capacity?.storage, claim) },
  {
    name: 'Access Modes',
    cell: (claim) => whenBound(accessModes(claim.status?.accessModes), claim),
  },
  { name: 'StorageClass', cell: ({ spec }) => spec?.storageClassName ?? '' },
  {
    name: 'VolumeAttributesClass',
    cell: ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  },
  ageColumn,
  { name: 'VolumeMode', priority: 1, cell: ({ spec }) => spec?.volumeMode ?? UNSET },
];

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export const storageClassColumns: readonly PrinterColumn<StorageClass>[] = [
  {
    name: 'Name',
    cell: ({ metadata }) => {
      const isDefault = metadata.annotations?.[DEFAULT_CLASS] === 'true';
      return isDefault ? `${metadata.name} (default)` : (metadata.name ?? '');
    },
  },
  { name: 'Provisioner', cell: ({ provisioner }) => provisioner },
  { name: 'ReclaimPolicy', cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
  { name: 'VolumeBindingMode', cell: ({ volumeBindingMode }) => volumeBindingMode ?? UNSET },
  {
    name: 'AllowVolumeExpansion',
    cell: ({ allowVolumeExpansion = false }) => `${allowVolumeExpansion}`,
  },
  ageColumn,
];
