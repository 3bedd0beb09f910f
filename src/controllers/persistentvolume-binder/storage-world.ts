import type { ControllerContext } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
  storageStorageClasses,
} from '../../scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import {
  ANNOTATION_BIND_COMPLETED,
  namesStorageClass,
  storageClassOf,
} from '../../scheme/storage/annotations.ts';
import { defaultStorageClass } from '../../scheme/storage/default-storage-class.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { type ClaimView, hasAnnotation } from './plan.ts';

/** Volumes by the key of the claim that they name. */
const INDEX_CLAIM = 'claim';
/** Volumes that no claim has, by their class. */
const INDEX_UNCLAIMED_CLASS = 'unclaimedOfClass';
/** Claims by the volume that they name. */
const INDEX_VOLUME = 'volumeName';
/** Claims without a volume, by their class; {@link NO_CLASS} for those that do not say. */
const INDEX_UNBOUND_CLASS = 'unboundOfClass';
/** Pods that have not ended, by the keys of their claims. */
const INDEX_PODS = 'podsOfClaim';

/** No class has this name. */
const NO_CLASS = '/';
const NO_VALUES: readonly string[] = [];

/** All that the binder looks at. It enqueues what a change may help or harm: claims by `namespace/name`, volumes by `name`. */
export class StorageWorld {
  readonly volumes: Informer<PersistentVolume>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly #classes: Informer<StorageClass>;
  readonly #pods: Informer<Pod>;
  readonly #add: (key: string) => void;

  constructor({ informers, queue }: ControllerContext) {
    this.volumes = informers.informer(corePersistentVolumes);
    this.claims = informers.informer(corePersistentVolumeClaims);
    this.#classes = informers.informer(storageStorageClasses);
    this.#pods = informers.informer(corePods);
    this.#add = (key) => queue.add(key);
    this.#addIndexes();
    this.#watchVolumes();
    this.#watchClaims();
    this.#watchClasses();
    this.#watchPods();
  }

  /** The claim that the volume names, if it is this very claim. */
  claimOf({ spec }: PersistentVolume): PersistentVolumeClaim | undefined {
    const { name = '', namespace, uid } = spec?.claimRef ?? {};
    const claim = this.claims.get(namespacedKey(namespace, name));
    return claim?.metadata.uid === uid ? claim : undefined;
  }

  viewOf(claim: PersistentVolumeClaim): ClaimView {
    const key = keyOf(claim);
    const className = storageClassOf(claim);
    return {
      named: this.volumes.get(claim.spec?.volumeName ?? ''),
      reserved: this.volumes.byIndex(INDEX_CLAIM, key),
      unclaimed: this.volumes.byIndex(INDEX_UNCLAIMED_CLASS, className),
      storageClass: this.#classes.get(className),
      defaultClass: namesStorageClass(claim)
        ? undefined
        : defaultStorageClass(this.#classes.list())?.metadata.name,
      waitingPods: this.#pods
        .byIndex(INDEX_PODS, key)
        .flatMap(({ metadata, spec }) => (spec?.nodeName ? [] : [metadata.name ?? ''])),
    };
  }

  /** The keys of the Pods that use the volume, in order; none where a new claim has the name of the one that is gone. */
  usersOf({ spec }: PersistentVolume): readonly string[] {
    const { name = '', namespace } = spec?.claimRef ?? {};
    const key = namespacedKey(namespace, name);
    if (this.claims.get(key)) return NO_VALUES;
    return this.#pods.byIndex(INDEX_PODS, key).map(keyOf).sort();
  }

  #addIndexes(): void {
    this.volumes.addIndex(INDEX_CLAIM, ({ spec }) => {
      const { name, namespace } = spec?.claimRef ?? {};
      return name ? [namespacedKey(namespace, name)] : NO_VALUES;
    });
    this.volumes.addIndex(INDEX_UNCLAIMED_CLASS, (volume) =>
      volume.spec?.claimRef ? NO_VALUES : [storageClassOf(volume)],
    );
    this.claims.addIndex(INDEX_VOLUME, ({ spec }) =>
      spec?.volumeName ? [spec.volumeName] : NO_VALUES,
    );
    this.claims.addIndex(INDEX_UNBOUND_CLASS, (claim) => {
      if (hasAnnotation(claim, ANNOTATION_BIND_COMPLETED)) return NO_VALUES;
      return [namesStorageClass(claim) ? storageClassOf(claim) : NO_CLASS];
    });
    this.#pods.addIndex(INDEX_PODS, claimKeysOf);
  }

  #watchVolumes(): void {
    const addClaims = (volume: PersistentVolume): void => {
      const { name: claimName, namespace } = volume.spec?.claimRef ?? {};
      if (claimName) this.#add(namespacedKey(namespace, claimName));
      for (const claim of this.claims.byIndex(INDEX_VOLUME, keyOf(volume))) this.#add(keyOf(claim));
    };
    const changed = (volume: PersistentVolume): void => {
      this.#add(keyOf(volume));
      addClaims(volume);
      const isOffered = !volume.spec?.claimRef && volume.status?.phase === 'Available';
      if (isOffered) this.#addUnboundOf(volume);
    };
    this.volumes.addHandler({
      onAdd: changed,
      onUpdate: (_, next) => changed(next),
      onDelete: addClaims,
    });
  }

  #watchClaims(): void {
    const changed = (claim: PersistentVolumeClaim): void => {
      this.#add(keyOf(claim));
      this.#addVolumesOf(claim);
    };
    this.claims.addHandler({
      onAdd: changed,
      onUpdate: (_, next) => changed(next),
      onDelete: (claim) => this.#addVolumesOf(claim),
    });
  }

  #watchClasses(): void {
    const changed = ({ metadata: { name = '' } }: StorageClass): void => {
      for (const group of [name, NO_CLASS]) this.#addUnboundOfClass(group);
    };
    this.#classes.addHandler({ onAdd: changed, onUpdate: (_, next) => changed(next) });
  }

  #addUnboundOf(volume: PersistentVolume): void {
    const className = storageClassOf(volume);
    this.#addUnboundOfClass(className);
    if (className === '') this.#addUnboundOfClass(NO_CLASS);
  }

  #addUnboundOfClass(className: string): void {
    for (const claim of this.claims.byIndex(INDEX_UNBOUND_CLASS, className)) {
      this.#add(keyOf(claim));
    }
  }

  #addVolumesOf(claim: PersistentVolumeClaim): void {
    for (const volume of this.volumes.byIndex(INDEX_CLAIM, keyOf(claim))) this.#add(keyOf(volume));
  }

  #watchPods(): void {
    this.#pods.addHandler({
      // Somebody who looks at the claim is to see whom it waits for.
      onAdd: (pod) => {
        if (!pod.spec?.nodeName) for (const key of claimKeysOf(pod)) this.#add(key);
      },
      onUpdate: (previous, pod) => {
        if (isPodTerminal(pod) && !isPodTerminal(previous)) this.#addReleasedBy(previous);
      },
      onDelete: (pod) => this.#addReleasedBy(pod),
    });
  }

  /** A volume without a claim may have waited for the Pod that used it. */
  #addReleasedBy(pod: Pod): void {
    for (const key of claimKeysOf(pod)) {
      if (this.claims.get(key)) continue;
      for (const volume of this.volumes.byIndex(INDEX_CLAIM, key)) this.#add(keyOf(volume));
    }
  }
}

/** The claims of a Pod that has not ended. */
function claimKeysOf(pod: Pod): readonly string[] {
  const names = claimNamesOf(pod);
  if (names.length === 0 || isPodTerminal(pod)) return NO_VALUES;
  return names.map((name) => namespacedKey(pod.metadata.namespace, name));
}
