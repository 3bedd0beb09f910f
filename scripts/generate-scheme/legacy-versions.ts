/**
 * The versions that Kubernetes once served and has removed since. Orrery still serves them, as deprecated, so that old
 * manifests apply. Facts kept by hand: which kinds, from which release's published models, and when each was deprecated
 * and removed.
 */

/** Published models of old releases: the newest release that still had a version describes it best. */
export const LEGACY_PACKAGES = {
  '1.15': '0.11.2',
  '1.21': '0.15.1',
  '1.28': '0.20.0',
} as const;

export type LegacyRelease = keyof typeof LEGACY_PACKAGES;

export interface LegacyVersion {
  readonly group: string;
  readonly version: string;
  readonly release: LegacyRelease;
  readonly kinds: readonly string[];
  /** The version whose models describe it, where its own were never published in a package. @default itself */
  readonly modelsOf?: string;
  /** The group of the resources that hold the objects. @default the same group */
  readonly storedIn?: string;
  /** The releases that deprecated the version and that stopped serving it. */
  readonly since: string;
  readonly removedIn: string;
}

export const LEGACY_VERSIONS: readonly LegacyVersion[] = [
  {
    group: 'apps',
    version: 'v1beta2',
    release: '1.15',
    kinds: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
    since: '1.9',
    removedIn: '1.16',
  },
];
