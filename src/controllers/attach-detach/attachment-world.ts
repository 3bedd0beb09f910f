import type { ControllerContext } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import {
  coreNodes,
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
  storageCSIDrivers,
  storageVolumeAttachments,
} from '../../scheme/generated/resources.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { CSIDriver, VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { keyOf, type NamespacedKey, namespacedKey } from '../../scheme/object.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { matters, type Need, type NodeView, needsAttaching, volumeNameOf } from './plan.ts';

/** Pods that have claims and a node, by its name. */
const INDEX_USERS = 'usersOfClaimsOnNode';
/** Pods that have a node, by the keys of their claims. */
const INDEX_CLAIM_USERS = 'placedPodsOfClaim';
const INDEX_ATTACHED_NODE = 'nodeName';
const INDEX_ATTACHED_VOLUME = 'persistentVolumeName';

const NO_VALUES: readonly string[] = [];

/** All that attaching looks at. It enqueues the names of nodes for which something has changed. */
export class AttachmentWorld {
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #drivers: Informer<CSIDriver>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #add: (nodeName: string) => void;

  constructor({ informers, queue }: ControllerContext) {
    this.#nodes = informers.informer(coreNodes);
    this.#pods = informers.informer(corePods);
    this.#claims = informers.informer(corePersistentVolumeClaims);
    this.#volumes = informers.informer(corePersistentVolumes);
    this.#drivers = informers.informer(storageCSIDrivers);
    this.#attachments = informers.informer(storageVolumeAttachments);
    this.#add = (nodeName) => queue.add(nodeName);
    this.#addIndexes();
    this.#watchPods();
    this.#watchVolumes();
    this.#watchAttachments();
    this.#watchNodes();
  }

  viewOf(nodeName: string, given: Pick<NodeView, 'isPatient' | 'nowMs' | 'unneeded'>): NodeView {
    return {
      ...given,
      node: this.#nodes.get(nodeName),
      needs: this.#pods.byIndex(INDEX_USERS, nodeName).flatMap((pod) => this.#needsOf(pod)),
      attachments: this.#attachments.byIndex(INDEX_ATTACHED_NODE, nodeName),
      volumeOf: (attachment) => this.#volumes.get(volumeNameOf(attachment)),
      elsewhere: (volume) =>
        this.#attachments
          .byIndex(INDEX_ATTACHED_VOLUME, volume.metadata.name ?? '')
          .map(({ spec }) => spec.nodeName)
          .filter((name) => name !== nodeName),
      usersOn: (volume, nodeNames) =>
        this.#usersOf(volume).flatMap(({ metadata, spec }) =>
          nodeNames.includes(spec?.nodeName ?? '') ? [metadata.name ?? ''] : [],
        ),
    };
  }

  #needsOf(pod: Pod): readonly Need[] {
    return claimKeysOf(pod).flatMap((key) => {
      const claim = this.#claims.get(key);
      const volume = this.#volumes.get(claim?.spec?.volumeName ?? '');
      if (!claim || !volume || volume.spec?.claimRef?.uid !== claim.metadata.uid) return [];
      const driverOf = (name: string) => this.#drivers.get(name);
      return needsAttaching(volume, driverOf) ? [{ pod, volume }] : [];
    });
  }

  #usersOf(volume: PersistentVolume): readonly Pod[] {
    return this.#pods.byIndex(INDEX_CLAIM_USERS, claimKeyOf(volume));
  }

  #addIndexes(): void {
    this.#pods.addIndex(INDEX_USERS, (pod) =>
      claimKeysOf(pod).length > 0 ? [pod.spec?.nodeName ?? ''] : NO_VALUES,
    );
    this.#pods.addIndex(INDEX_CLAIM_USERS, claimKeysOf);
    this.#attachments.addIndex(INDEX_ATTACHED_NODE, ({ spec }) => [spec.nodeName]);
    this.#attachments.addIndex(INDEX_ATTACHED_VOLUME, (one) => [volumeNameOf(one)]);
  }

  #watchPods(): void {
    const changed = (pod: Pod): void => {
      if (claimKeysOf(pod).length > 0) this.#add(pod.spec?.nodeName ?? '');
    };
    this.#pods.addHandler({
      onAdd: changed,
      onUpdate: (previous, pod) => {
        const isSame = previous.spec?.nodeName === pod.spec?.nodeName;
        if (isSame && isPodTerminal(previous) === isPodTerminal(pod)) return;
        changed(previous);
        changed(pod);
      },
      onDelete: changed,
    });
  }

  #watchVolumes(): void {
    this.#claims.addHandler({
      onAdd: (claim) => this.#addNodesOf(keyOf(claim)),
      onUpdate: (previous, next) => {
        if (previous.spec?.volumeName !== next.spec?.volumeName) this.#addNodesOf(keyOf(next));
      },
    });
    // Either of the two may be heard of first.
    this.#volumes.addHandler({
      onAdd: (volume) => this.#addNodesOf(claimKeyOf(volume)),
      onUpdate: (previous, next) => {
        const isSame = previous.spec?.claimRef?.uid === next.spec?.claimRef?.uid;
        if (!isSame) this.#addNodesOf(claimKeyOf(next));
      },
    });
  }

  #watchAttachments(): void {
    const changed = ({ spec }: VolumeAttachment): void => this.#add(spec.nodeName);
    this.#attachments.addHandler({
      onAdd: changed,
      onUpdate: (_, next) => changed(next),
      onDelete: (attachment) => {
        changed(attachment);
        const volume = this.#volumes.get(volumeNameOf(attachment));
        // Who waited for it to leave the other node may have it now.
        if (volume) this.#addNodesOf(claimKeyOf(volume));
      },
    });
  }

  /** The nodes of the Pods that have the claim. */
  #addNodesOf(claim: NamespacedKey): void {
    for (const { spec } of this.#pods.byIndex(INDEX_CLAIM_USERS, claim)) {
      this.#add(spec?.nodeName ?? '');
    }
  }

  #watchNodes(): void {
    const changed = ({ metadata: { name = '' } }: Node): void => {
      const isUsed =
        this.#attachments.byIndex(INDEX_ATTACHED_NODE, name).length > 0 ||
        this.#pods.byIndex(INDEX_USERS, name).length > 0;
      if (isUsed) this.#add(name);
    };
    this.#nodes.addHandler({
      onAdd: changed,
      onUpdate: (previous, next) => {
        if (matters(previous, next)) changed(next);
      },
      onDelete: changed,
    });
  }
}

function claimKeyOf({ spec }: PersistentVolume): NamespacedKey {
  const { name = '', namespace } = spec?.claimRef ?? {};
  return namespacedKey(namespace, name);
}

/** The claims that a Pod needs on its node: none without a node, and none that has ended. */
function claimKeysOf(pod: Pod): readonly string[] {
  if (!pod.spec?.nodeName || isPodTerminal(pod)) return NO_VALUES;
  const names = claimNamesOf(pod);
  return names.length === 0
    ? NO_VALUES
    : names.map((name) => namespacedKey(pod.metadata.namespace, name));
}
