/** The volume plugins that were part of Kubernetes once, by the CSI drivers that do their work now. */
import type { PersistentVolume, PersistentVolumeSpec } from '../generated/types/core-v1.ts';

const IN_TREE_PREFIX = 'kubernetes.io/';

const DRIVERS: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

/** The CSI driver that does the work of a plugin; undefined for what was none of the tree, or has no driver. */
export function migratedDriver(plugin: string): string | undefined {
  return Object.hasOwn(DRIVERS, plugin) ? DRIVERS[plugin] : undefined;
}

/** Whether the name is one of a plugin of the tree that no driver stands for. */
export function isInTreePlugin(plugin: string): boolean {
  return plugin.startsWith(IN_TREE_PREFIX) && migratedDriver(plugin) === undefined;
}

const SOURCES: readonly (readonly [source: keyof PersistentVolumeSpec, plugin: string])[] = [
  ['awsElasticBlockStore', 'kubernetes.io/aws-ebs'],
  ['azureDisk', 'kubernetes.io/azure-disk'],
  ['azureFile', 'kubernetes.io/azure-file'],
  ['cinder', 'kubernetes.io/cinder'],
  ['gcePersistentDisk', 'kubernetes.io/gce-pd'],
  ['portworxVolume', 'kubernetes.io/portworx-volume'],
  ['vsphereVolume', 'kubernetes.io/vsphere-volume'],
];

/** The plugin whose volume it is, where a driver does its work now. */
export function migratedPluginOf({ spec }: PersistentVolume): string | undefined {
  return SOURCES.find(([source]) => spec?.[source] !== undefined)?.[1];
}
