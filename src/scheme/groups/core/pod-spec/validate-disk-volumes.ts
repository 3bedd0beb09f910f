/** Volumes that are disks and shares of the old in-tree kinds: each has a few members that must be there. */
import { type FieldError, invalid, required } from '../../../field-error.ts';
import type {
  CSIVolumeSource,
  FCVolumeSource,
  ISCSIVolumeSource,
  Volume,
} from '../../../generated/types/core-v1.ts';
import { inclusiveRange } from '../../../names.ts';
import { checkCsiDriverName } from '../../checks.ts';

type DiskName =
  | 'awsElasticBlockStore'
  | 'azureDisk'
  | 'azureFile'
  | 'cephfs'
  | 'cinder'
  | 'flexVolume'
  | 'gcePersistentDisk'
  | 'glusterfs'
  | 'nfs'
  | 'photonPersistentDisk'
  | 'portworxVolume'
  | 'quobyte'
  | 'rbd'
  | 'scaleIO'
  | 'storageos'
  | 'vsphereVolume';

/** What must not be empty. */
const REQUIRED: Readonly<Record<DiskName, readonly string[]>> = {
  awsElasticBlockStore: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  azureFile: ['secretName', 'shareName'],
  cephfs: ['monitors'],
  cinder: ['volumeID'],
  flexVolume: ['driver'],
  gcePersistentDisk: ['pdName'],
  glusterfs: ['endpoints', 'path'],
  nfs: ['server', 'path'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  quobyte: ['registry', 'volume'],
  rbd: ['monitors', 'image'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  storageos: [],
  vsphereVolume: ['volumePath'],
};

/** Judges the disk or share that the volume has. */
export function validateDiskSource(volume: Volume, path: string, errors: FieldError[]): void {
  for (const name in REQUIRED) {
    const source = volume[name as DiskName];
    if (!source) continue;
    for (const member of REQUIRED[name as DiskName]) {
      if (isEmpty((source as unknown as Record<string, unknown>)[member])) {
        errors.push(required(`${path}.${member}`));
      }
    }
  }
  const { nfs, iscsi, fc, csi, awsElasticBlockStore, gcePersistentDisk } = volume;
  if (nfs && !nfs.path.startsWith('/')) {
    errors.push(invalid(`${path}.path`, nfs.path, 'must be an absolute path'));
  }
  checkPartition(awsElasticBlockStore?.partition, path, errors);
  checkPartition(gcePersistentDisk?.partition, path, errors);
  if (iscsi) validateIscsi(iscsi, path, errors);
  if (fc) validateFibreChannel(fc, path, errors);
  if (csi) validateCsi(csi, path, errors);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

function checkPartition(partition: number | undefined, path: string, errors: FieldError[]): void {
  if (partition === undefined || (partition >= 0 && partition <= 255)) return;
  errors.push(invalid(`${path}.partition`, partition, inclusiveRange(1, 255)));
}

function checkLun(lun: number, path: string, errors: FieldError[]): void {
  if (lun >= 0 && lun <= 255) return;
  errors.push(invalid(`${path}.lun`, lun, inclusiveRange(0, 255)));
}

const IQN_FORMS = [
  /^iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]+(:[^,;*&$|\s]+)?$/,
  /^eui\.[A-Za-z0-9]{16}$/,
  /^naa\.[A-Za-z0-9]{32}$/,
];

function checkInitiator(name: string, path: string, errors: FieldError[]): void {
  if (!/^(iqn|eui|naa)/.test(name)) {
    errors.push(invalid(path, name, 'must be valid format starting with iqn, eui, or naa'));
  } else if (!IQN_FORMS.some((form) => form.test(name))) {
    errors.push(invalid(path, name, 'must be valid format'));
  }
}

function validateIscsi(iscsi: ISCSIVolumeSource, path: string, errors: FieldError[]): void {
  if (!iscsi.targetPortal) errors.push(required(`${path}.targetPortal`));
  if (iscsi.iqn) checkInitiator(iscsi.iqn, `${path}.iqn`, errors);
  else errors.push(required(`${path}.iqn`));
  checkLun(iscsi.lun, path, errors);
  if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !iscsi.secretRef) {
    errors.push(required(`${path}.secretRef`));
  }
  if (iscsi.initiatorName) checkInitiator(iscsi.initiatorName, `${path}.initiatorname`, errors);
}

function validateFibreChannel(
  { targetWWNs = [], wwids = [], lun }: FCVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  const field = `${path}.targetWWNs`;
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(field, 'must specify either targetWWNs or wwids, but not both'));
  }
  if (targetWWNs.length === 0) return;
  if (wwids.length > 0) {
    const detail = 'targetWWNs and wwids can not be specified simultaneously';
    errors.push(invalid(field, targetWWNs, detail));
  }
  if (lun === undefined) {
    errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  } else {
    checkLun(lun, path, errors);
  }
}

function validateCsi(
  { driver, nodePublishSecretRef }: CSIVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  checkCsiDriverName(driver, `${path}.driver`, errors);
  if (nodePublishSecretRef && !nodePublishSecretRef.name) {
    errors.push(required(`${path}.nodePublishSecretRef.name`));
  }
}
