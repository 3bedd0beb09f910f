import type { Informer, InformerFactory } from '../../machinery/informer.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageCSIDrivers,
  storageCSINodes,
  storageCSIStorageCapacities,
  storageStorageClasses,
} from '../../scheme/generated/resources.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import type { CSIDriver, CSINode, StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import { type ApiObject, type NamespacedKey, namespacedKey } from '../../scheme/object.ts';
import { ANNOTATION_BIND_COMPLETED } from '../../scheme/storage/annotations.ts';
import { ClaimListeners } from '../claim-waits.ts';
import { StorageCapacities } from './storage-capacities.ts';

/** Claims, volumes and classes as the informers say, and the volumes that are promised to claims meanwhile. */
export class VolumeState {
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #csiNodes: Informer<CSINode>;
  readonly #csiDrivers: Informer<CSIDriver>;
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
    this.#claims.addHandler(handlerOf((claim) => this.#onClaim(claim, changed)));
    this.#volumes.addHandler(handlerOf(changed));
    this.#classes.addHandler(handlerOf(changed));
    this.#csiNodes.addHandler(handlerOf(changed));
    this.#csiDrivers.addHandler(handlerOf(changed));
    capacities.addHandler(
      handlerOf(() => {
        this.#capacities.forget();
        changed();
      }),
    );
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
    if (bytes === 0 || !this.#csiDrivers.get(provisioner)?.spec.storageCapacity) return true;
    return this.#capacities.suffice(metadata.name ?? '', bytes, node);
  }

  /** The volumes that are not promised to another claim. */
  *volumesFor(claim: NamespacedKey): Iterable<PersistentVolume> {
    for (const volume of this.#volumes.list()) {
      const promisedTo = this.#promised.get(volume.metadata.name ?? '');
      if (promisedTo === undefined || promisedTo === claim) yield volume;
    }
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
