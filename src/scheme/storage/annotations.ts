/** The annotations by which claims and volumes are bound: binder, scheduler and provisioners speak to one another by them. */

/** On a claim whose binding is complete: from then on it is never bound anew. */
export const ANNOTATION_BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On a claim or a volume that was bound by a controller and not by its user: whoever bound it may unbind it. */
export const ANNOTATION_BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a volume that was made for a claim: the name of the provisioner that made it, and takes it away. */
export const ANNOTATION_PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On a claim that a volume is wanted for: the name of the provisioner that is to make one. */
export const ANNOTATION_STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
/** As {@link ANNOTATION_STORAGE_PROVISIONER}, for provisioners of older releases. */
export const ANNOTATION_BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** On a volume or a claim of a plugin that was part of Kubernetes: the CSI driver that does its work now. */
export const ANNOTATION_MIGRATED_TO = 'pv.kubernetes.io/migrated-to';
/** On a claim that asks for more, of a plugin that was part of Kubernetes: the CSI driver that is to grow its volume. */
export const ANNOTATION_STORAGE_RESIZER = 'volume.kubernetes.io/storage-resizer';
/** On a claim that waits for its first consumer: the node that the scheduler chose for it. */
export const ANNOTATION_SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** What claims and volumes of older releases name their class by. */
const ANNOTATION_CLASS = 'volume.beta.kubernetes.io/storage-class';

interface WithClass {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly storageClassName?: string };
}

/** The storage class of a claim or a volume; '' for none. */
export function storageClassOf(object: WithClass): string {
  return givenClass(object) ?? '';
}

/** Whether it says which class it is of, were it to say that it is of none. */
export function namesStorageClass(object: WithClass): boolean {
  return givenClass(object) !== undefined;
}

function givenClass({ metadata, spec }: WithClass): string | undefined {
  return metadata.annotations?.[ANNOTATION_CLASS] ?? spec?.storageClassName;
}
