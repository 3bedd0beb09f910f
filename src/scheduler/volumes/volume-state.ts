import type { Informer, InformerFactory } from '../../machinery/informer.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageCSIDrivers,
  storageCSINodes,
  storageCSIStorageCapacities,
  storageStorageClasses,
  storageVolumeAttachments,
} from '../../scheme/generated/resources.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import type {
  CSIDriver,
  CSINode,
  StorageClass,
  VolumeAttachment,
} from '../../scheme/generated/types/storage-v1.ts';
import { type ApiObject, keyOf, type NamespacedKey, namespacedKey } from '../../scheme/object.ts';
import { ANNOTATION_BIND_COMPLETED, storageClassOf } from '../../scheme/storage/annotations.ts';
import { ClaimListeners } from '../claim-waits.ts';
import { StorageCapacities } from './storage-capacities.ts';

/** Volumes by the claim that they name. */
const INDEX_CLAIM = 'schedulerClaim';
/** Volumes that name no claim, by their class. */
const INDEX_FREE_CLASS = 'schedulerFreeOfClass';
/** Attachments by their node. */
const INDEX_NODE = 'schedulerNodeName';
const NO_VALUES: readonly string[] = [];

/** Claims, volumes and classes as the informers say, and the volumes that are promised to claims meanwhile. */
export class VolumeState {
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #csiNodes: Informer<CSINode>;
  readonly #csiDrivers: Informer<CSIDriver>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #capacities: StorageCapacities;
  /** The claims that volumes are promised to, by the volume's name. */
  readonly #promised = new Map<string, NamespacedKey>();
  readonly #listeners = new ClaimListeners();
  #version = 0;

  /** @param onChange Called after each change that may let a pod in. */
  constructor(informers: InformerFactory, onChange: () => void) {
    this.#claims = informers.informer(corePersistentVolumeClaims);
    this.#volumes = informers.informer(corePersistentVolumes);
    this.#classes = informers.informer(storageStorageClasses);
    this.#csiNodes = informers.informer(storageCSINodes);
    this.#csiDrivers = informers.informer(storageCSIDrivers);
    const capacities = informers.informer(storageCSIStorageCapacities);
    this.#capacities = new StorageCapacities(() => capacities.list());
    const changed = () => {
      this.#version++;
      onChange();
    };
    this.#attachments = informers.informer(storageVolumeAttachments);
    this.#addIndexes();
    this.#claims.addHandler(handlerOf((claim) => this.#onClaim(claim, changed)));
    this.#volumes.addHandler(handlerOf(changed));
    this.#classes.addHandler(handlerOf(changed));
    this.#csiNodes.addHandler(handlerOf(changed));
    this.#csiDrivers.addHandler(handlerOf(changed));
    // What comes to a node lets nobody in, what leaves it may.
    this.#attachments.addHandler({ onAdd: () => this.#version++, onDelete: changed });
    capacities.addHandler(
      handlerOf(() => {
        this.#capacities.forget();
        changed();
      }),
    );
  }

  #addIndexes(): void {
    this.#volumes.addIndex(INDEX_CLAIM, ({ spec }) => {
      const { name, namespace } = spec?.claimRef ?? {};
      return name ? [namespacedKey(namespace, name)] : NO_VALUES;
    });
    this.#volumes.addIndex(INDEX_FREE_CLASS, (volume) =>
      volume.spec?.claimRef ? NO_VALUES : [storageClassOf(volume)],
    );
    this.#attachments.addIndex(INDEX_NODE, ({ spec }) => [spec.nodeName]);
  }

  /** Another number after each change: what was said of nodes for pods with claims is out of date. */
  get version(): number {
    return this.#version;
  }

  claim(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined {
    return this.#claims.get(namespacedKey(namespace, name));
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#volumes.get(name);
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#classes.get(name);
  }

  csiNode(name: string): CSINode | undefined {
    return this.#csiNodes.get(name);
  }

  /** Whether a volume of so many bytes can be made for the node, as far as the driver of the class says. */
  hasSpace({ metadata, provisioner }: StorageClass, bytes: number, node: Node): boolean {
    if (bytes === 0 || !this.#tellsSpace(provisioner)) return true;
    return this.#capacities.find(metadata.name ?? '', bytes, node) !== undefined;
  }

  /** How much space there is where a volume of so many bytes would be made for the node; undefined where nobody tells. */
  spaceFor(className: string, bytes: number, node: Node): number | undefined {
    if (!this.#tellsSpace(this.storageClass(className)?.provisioner ?? '')) return undefined;
    return this.#capacities.find(className, bytes, node)?.totalBytes;
  }

  #tellsSpace(provisioner: string): boolean {
    return this.#csiDrivers.get(provisioner)?.spec.storageCapacity === true;
  }

  /** The volumes that the claim may be given: reserved for it, or free and of its class, and not promised to another. */
  volumesFor(claim: PersistentVolumeClaim): readonly PersistentVolume[] {
    const key = keyOf(claim);
    const reserved = this.#volumes.byIndex(INDEX_CLAIM, key);
    const free = this.#volumes.byIndex(INDEX_FREE_CLASS, storageClassOf(claim));
    return [...reserved, ...free].filter(({ metadata: { name = '' } }) => {
      const promisedTo = this.#promised.get(name);
      return promisedTo === undefined || promisedTo === key;
    });
  }

  /** The volumes of drivers that are, or are to be, attached to the node, whether or not a pod there still has them. */
  attachedTo(nodeName: string): readonly PersistentVolume[] {
    return this.#attachments
      .byIndex(INDEX_NODE, nodeName)
      .flatMap(({ spec }) => this.volume(spec.source.persistentVolumeName ?? '') ?? []);
  }

  promise(volumeName: string, claim: NamespacedKey): void {
    this.#promised.set(volumeName, claim);
    this.#version++;
  }

  release(volumeName: string): void {
    if (this.#promised.delete(volumeName)) this.#version++;
  }

  /** Calls `listener` whenever the claim changes or goes; returns the function that ends it. */
  onClaim(key: NamespacedKey, listener: () => void): () => void {
    return this.#listeners.add(key, listener);
  }

  #onClaim({ metadata }: PersistentVolumeClaim, changed: () => void): void {
    changed();
    this.#listeners.tell(namespacedKey(metadata.namespace, metadata.name ?? ''));
  }
}

/** Whether the claim has its volume for good. */
export function isBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (
    Boolean(spec?.volumeName) && metadata.annotations?.[ANNOTATION_BIND_COMPLETED] !== undefined
  );
}

function handlerOf<T extends ApiObject>(hear: (object: T) => void) {
  return { onAdd: hear, onUpdate: (_: T, object: T) => hear(object), onDelete: hear };
}
