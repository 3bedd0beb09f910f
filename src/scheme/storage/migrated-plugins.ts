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

type Sources = Pick<
  PersistentVolumeSpec,
  | 'awsElasticBlockStore'
  | 'azureDisk'
  | 'azureFile'
  | 'cinder'
  | 'gcePersistentDisk'
  | 'portworxVolume'
  | 'vsphereVolume'
>;

const SOURCES: readonly (readonly [
  plugin: string,
  handleOf: (sources: Sources) => string | undefined,
])[] = [
  ['kubernetes.io/aws-ebs', ({ awsElasticBlockStore }) => awsElasticBlockStore?.volumeID],
  ['kubernetes.io/azure-disk', ({ azureDisk }) => azureDisk?.diskURI],
  ['kubernetes.io/azure-file', ({ azureFile }) => azureFile?.shareName],
  ['kubernetes.io/cinder', ({ cinder }) => cinder?.volumeID],
  ['kubernetes.io/gce-pd', ({ gcePersistentDisk }) => gcePersistentDisk?.pdName],
  ['kubernetes.io/portworx-volume', ({ portworxVolume }) => portworxVolume?.volumeID],
  ['kubernetes.io/vsphere-volume', ({ vsphereVolume }) => vsphereVolume?.volumePath],
];

/** The plugin whose volume it is, where a driver does its work now. */
export function migratedPluginOf({ spec }: PersistentVolume): string | undefined {
  return SOURCES.find(([, handleOf]) => spec && handleOf(spec) !== undefined)?.[0];
}

/** The driver that a volume of such a plugin is attached by, and what tells the volume from others of the driver. */
export function migratedVolume(
  sources: Sources,
): { readonly driver: string; readonly handle: string } | undefined {
  for (const [plugin, handleOf] of SOURCES) {
    const handle = handleOf(sources);
    if (handle !== undefined) return { driver: migratedDriver(plugin) ?? plugin, handle };
  }
  return undefined;
}
