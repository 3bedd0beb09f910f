import type { PersistentVolume, Pod } from '../../scheme/generated/types/core-v1.ts';
import { storageClassOf } from '../../scheme/storage/annotations.ts';
import { migratedDriver, migratedVolume } from '../../scheme/storage/migrated-plugins.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import type { Plugin, Refusal } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { VolumeState } from '../volumes/volume-state.ts';

export const REASON_VOLUME_LIMIT = 'node(s) exceed max volume count';

const REFUSAL: Refusal = { reasons: [REASON_VOLUME_LIMIT] };

/** A volume of a CSI driver that a node has to attach. */
interface Attachment {
  readonly driver: string;
  readonly id: string;
}

/** A node attaches no more volumes of a CSI driver than its CSINode says, those with it that have not left it yet. */
export function createNodeVolumeLimits({ volumes }: { readonly volumes: VolumeState }): Plugin {
  return {
    name: 'NodeVolumeLimits',
    sign: ({ pod }) => {
      const names = claimNamesOf(pod);
      const inline = pod.spec?.volumes?.flatMap(migratedAttachment) ?? [];
      if (names.length + inline.length === 0) return false;
      return [pod.metadata.namespace, names, inline, volumes.version];
    },
    preFilter({ pod }) {
      const wanted = attachmentsOf(pod, volumes);
      if (wanted.length === 0) return undefined;
      return { filter: (node) => (exceeds(wanted, node, volumes) ? REFUSAL : undefined) };
    },
    helpedBy: ['node-added', 'assigned-pod-removed', 'storage-changed'],
    couldHelp: (event) =>
      event.type !== 'assigned-pod-removed' || Boolean(event.pod.spec?.volumes?.length),
  };
}

function exceeds(wanted: readonly Attachment[], node: NodeInfo, volumes: VolumeState): boolean {
  const limits = limitsOf(node, volumes);
  if (limits.size === 0) return false;
  const attached = new Map<string, Set<string>>();
  const attach = ({ driver, id }: Attachment) => {
    const ids = attached.get(driver) ?? new Set();
    attached.set(driver, ids.add(id));
  };
  for (const { pod } of node.pods()) for (const each of attachmentsOf(pod, volumes)) attach(each);
  for (const volume of volumes.attachedTo(node.name))
    for (const each of attachmentOf(volume)) attach(each);
  // A volume that is there already takes no further place.
  const isNew = ({ driver, id }: Attachment) => !attached.get(driver)?.has(id);
  const fresh = wanted.filter(isNew);
  for (const each of fresh) attach(each);
  return fresh.some(({ driver }) => {
    const limit = limits.get(driver);
    return limit !== undefined && (attached.get(driver)?.size ?? 0) > limit;
  });
}

function limitsOf({ name }: NodeInfo, volumes: VolumeState): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const driver of volumes.csiNode(name)?.spec.drivers ?? []) {
    const { count } = driver.allocatable ?? {};
    if (count !== undefined) limits.set(driver.name, count);
  }
  return limits;
}

/** What the pod's volumes attach; a claim without a volume counts for the one that will be made. */
function attachmentsOf(pod: Pod, volumes: VolumeState): readonly Attachment[] {
  const inline = pod.spec?.volumes?.flatMap(migratedAttachment) ?? [];
  const { namespace } = pod.metadata;
  const claimed = claimNamesOf(pod).flatMap((name) => {
    const claim = volumes.claim(namespace, name);
    if (!claim) return [];
    const volume = volumes.volume(claim.spec?.volumeName ?? '');
    if (volume) return attachmentOf(volume);
    const provisioner = volumes.storageClass(storageClassOf(claim))?.provisioner;
    if (!provisioner) return [];
    const driver = migratedDriver(provisioner) ?? provisioner;
    return [{ driver, id: `${namespace}/${name}` }];
  });
  return [...inline, ...claimed];
}

function attachmentOf({ spec }: PersistentVolume): readonly Attachment[] {
  if (spec?.csi) return [{ driver: spec.csi.driver, id: spec.csi.volumeHandle }];
  return spec ? migratedAttachment(spec) : [];
}

/** What was a plugin's is attached by the driver that does its work. */
function migratedAttachment(sources: Parameters<typeof migratedVolume>[0]): readonly Attachment[] {
  const migrated = migratedVolume(sources);
  return migrated ? [{ driver: migrated.driver, id: migrated.handle }] : [];
}
