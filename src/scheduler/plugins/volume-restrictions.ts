import type { Pod, Volume } from '../../scheme/generated/types/core-v1.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { Plugin, PreFilterResult, Refusal } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import type { VolumeState } from '../volumes/volume-state.ts';

export const REASON_DISK_CONFLICT = 'node(s) had no available disk';
export const REASON_SINGLE_POD_CLAIM =
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';

const DISK_CONFLICT: Refusal = { reasons: [REASON_DISK_CONFLICT] };
const IN_USE: Refusal = { reasons: [REASON_SINGLE_POD_CLAIM] };

/** A disk that a node mounts once, or many times to read. */
interface Disk {
  readonly id: string;
  /** Where it is had from, if that matters: two that share none of these are two disks. */
  readonly monitors?: readonly string[];
  readonly isReadOnly: boolean;
}

/** Disks that no two pods of a node can both write to, and claims that one pod at a time may use. */
export function createVolumeRestrictions({
  cache,
  volumes,
}: {
  readonly cache: ClusterCache;
  readonly volumes: VolumeState;
}): Plugin {
  const singleClaims = (pod: Pod) =>
    claimNamesOf(pod).filter((name) =>
      volumes.claim(pod.metadata.namespace, name)?.spec?.accessModes?.includes('ReadWriteOncePod'),
    );
  return {
    name: 'VolumeRestrictions',
    sign: ({ pod }) => [
      disksOf(pod),
      singleClaims(pod).map((name) => [pod.metadata.namespace, name]),
    ],
    preFilter: ({ pod }) => diskFilter(pod),
    preFilterDomains({ pod }) {
      const names = singleClaims(pod);
      if (names.length === 0) return undefined;
      const users = (): Iterable<PodInfo> =>
        cache.claims.usersOf(pod.metadata.namespace ?? '', names);
      return {
        counts: [],
        filter(_, hypothesis) {
          for (const user of users()) if (!hypothesis?.removed.includes(user)) return IN_USE;
          return undefined;
        },
        close: () => {},
      };
    },
    helpedBy: ['node-added', 'assigned-pod-removed', 'storage-changed'],
    couldHelp: (event) =>
      event.type !== 'assigned-pod-removed' || Boolean(event.pod.spec?.volumes?.length),
  };
}

function diskFilter(pod: Pod): PreFilterResult | undefined {
  const wanted = disksOf(pod);
  if (wanted.length === 0) return undefined;
  return {
    filter(node) {
      for (const other of node.pods()) {
        const conflicts = disksOf(other.pod).some((disk) =>
          wanted.some((one) => isSame(one, disk) && !(one.isReadOnly && disk.isReadOnly)),
        );
        if (conflicts) return DISK_CONFLICT;
      }
      return undefined;
    },
  };
}

function isSame(one: Disk, other: Disk): boolean {
  if (one.id !== other.id) return false;
  return !one.monitors || one.monitors.some((monitor) => other.monitors?.includes(monitor));
}

function disksOf({ spec }: Pod): readonly Disk[] {
  return (spec?.volumes ?? []).flatMap((volume) => diskOf(volume) ?? []);
}

function diskOf({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }: Volume): Disk | undefined {
  if (gcePersistentDisk) {
    const { pdName, readOnly = false } = gcePersistentDisk;
    return { id: `gce/${pdName}`, isReadOnly: readOnly };
  }
  // Not even two readers may have it.
  if (awsElasticBlockStore) {
    return { id: `aws/${awsElasticBlockStore.volumeID}`, isReadOnly: false };
  }
  if (iscsi) return { id: `iscsi/${iscsi.iqn}`, isReadOnly: iscsi.readOnly ?? false };
  if (!rbd) return undefined;
  const { monitors, pool = 'rbd', image, readOnly = false } = rbd;
  return { id: `rbd/${pool}/${image}`, monitors, isReadOnly: readOnly };
}
