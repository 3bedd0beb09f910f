import type {
  AzureDiskVolumeSource,
  DownwardAPIVolumeFile,
  ProjectedVolumeSource,
  RBDVolumeSource,
  Volume,
} from '../../../generated/types/core-v1.ts';
import { canonicalQuantity } from '../../../quantity.ts';
import { defaultPullPolicy } from './container-defaults.ts';

/** rw-r--r-- */
const DEFAULT_FILE_MODE = 0o644;
const DEFAULT_TOKEN_SECONDS = 3600;

/** Fills what a volume leaves out; one without a source is an empty folder. */
export function applyVolumeDefaults(volume: Volume): void {
  if (!hasSource(volume)) volume.emptyDir = {};
  applyFileDefaults(volume);
  applyDiskDefaults(volume);
}

function hasSource(volume: Volume): boolean {
  for (const key in volume) {
    if (key !== 'name' && volume[key as keyof Volume] !== undefined) return true;
  }
  return false;
}

/** Sources that the API server and the node fill with files. */
function applyFileDefaults(volume: Volume): void {
  const { emptyDir, secret, configMap, downwardAPI, projected, image } = volume;
  if (emptyDir?.sizeLimit) emptyDir.sizeLimit = canonicalQuantity(emptyDir.sizeLimit);
  if (secret) secret.defaultMode ??= DEFAULT_FILE_MODE;
  if (configMap) configMap.defaultMode ??= DEFAULT_FILE_MODE;
  if (downwardAPI) {
    downwardAPI.defaultMode ??= DEFAULT_FILE_MODE;
    downwardAPI.items?.forEach(applyDownwardDefaults);
  }
  if (projected) applyProjectedDefaults(projected);
  if (image) image.pullPolicy ??= defaultPullPolicy(image.reference);
}

function applyDownwardDefaults({ fieldRef, resourceFieldRef }: DownwardAPIVolumeFile): void {
  if (fieldRef) fieldRef.apiVersion ||= 'v1';
  if (resourceFieldRef) resourceFieldRef.divisor ??= '0';
}

function applyProjectedDefaults(projected: ProjectedVolumeSource): void {
  projected.defaultMode ??= DEFAULT_FILE_MODE;
  for (const { serviceAccountToken, downwardAPI } of projected.sources ?? []) {
    if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= DEFAULT_TOKEN_SECONDS;
    downwardAPI?.items?.forEach(applyDownwardDefaults);
  }
}

/** Sources that are disks or shares. */
function applyDiskDefaults({ iscsi, rbd, azureDisk, scaleIO, ephemeral }: Volume): void {
  if (iscsi) iscsi.iscsiInterface ||= 'default';
  if (rbd) applyRbdDefaults(rbd);
  if (azureDisk) applyAzureDiskDefaults(azureDisk);
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
  const claim = ephemeral?.volumeClaimTemplate?.spec;
  if (claim) claim.volumeMode ??= 'Filesystem';
}

function applyRbdDefaults(rbd: RBDVolumeSource): void {
  rbd.pool ||= 'rbd';
  rbd.user ||= 'admin';
  rbd.keyring ||= '/etc/ceph/keyring';
}

function applyAzureDiskDefaults(disk: AzureDiskVolumeSource): void {
  disk.cachingMode ??= 'ReadWrite';
  disk.kind ??= 'Shared';
  disk.fsType ??= 'ext4';
  disk.readOnly ??= false;
}
