/**
 * The values that Kubernetes' own documents give for fields that are left out, by type and field. Most of what is filled in
 * depends on other fields, and no document tells it.
 */
const CORE = 'io.k8s.api.core.v1';

export const KNOWN_DEFAULTS: Readonly<Record<string, string | boolean>> = {
  [`${CORE}.AzureDiskVolumeSource.cachingMode`]: 'ReadWrite',
  [`${CORE}.AzureDiskVolumeSource.fsType`]: 'ext4',
  [`${CORE}.AzureDiskVolumeSource.kind`]: 'Shared',
  [`${CORE}.AzureDiskVolumeSource.readOnly`]: false,
  [`${CORE}.ContainerPort.protocol`]: 'TCP',
  [`${CORE}.ISCSIPersistentVolumeSource.iscsiInterface`]: 'default',
  [`${CORE}.ISCSIVolumeSource.iscsiInterface`]: 'default',
  [`${CORE}.RBDPersistentVolumeSource.keyring`]: '/etc/ceph/keyring',
  [`${CORE}.RBDPersistentVolumeSource.pool`]: 'rbd',
  [`${CORE}.RBDPersistentVolumeSource.user`]: 'admin',
  [`${CORE}.RBDVolumeSource.keyring`]: '/etc/ceph/keyring',
  [`${CORE}.RBDVolumeSource.pool`]: 'rbd',
  [`${CORE}.RBDVolumeSource.user`]: 'admin',
  [`${CORE}.ScaleIOPersistentVolumeSource.fsType`]: 'xfs',
  [`${CORE}.ScaleIOPersistentVolumeSource.storageMode`]: 'ThinProvisioned',
  [`${CORE}.ScaleIOVolumeSource.fsType`]: 'xfs',
  [`${CORE}.ScaleIOVolumeSource.storageMode`]: 'ThinProvisioned',
  [`${CORE}.ServicePort.protocol`]: 'TCP',
};
