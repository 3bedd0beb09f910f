/** What the binder tells of claims and volumes, in Kubernetes' words. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';

const REASON_CLAIM_LOST = 'ClaimLost';
const REASON_CLAIM_MISBOUND = 'ClaimMisbound';
const REASON_EXTERNAL_PROVISIONING = 'ExternalProvisioning';
const REASON_FAILED_BINDING = 'FailedBinding';
const REASON_PROVISIONING_FAILED = 'ProvisioningFailed';
const REASON_VOLUME_FAILED_DELETE = 'VolumeFailedDelete';
const REASON_VOLUME_FAILED_RECYCLE = 'VolumeFailedRecycle';
const REASON_VOLUME_MISMATCH = 'VolumeMismatch';
const REASON_VOLUME_RECYCLED = 'VolumeRecycled';
const REASON_WAIT_FOR_FIRST_CONSUMER = 'WaitForFirstConsumer';
const REASON_WAIT_FOR_POD_SCHEDULED = 'WaitForPodScheduled';

const normal = (reason: string, message: string): EventNote => ({
  type: 'Normal',
  reason,
  message,
});

const warning = (reason: string, message: string): EventNote => ({
  type: 'Warning',
  reason,
  message,
});

export const LOST_REFERENCE = warning(
  REASON_CLAIM_LOST,
  'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
);

export const LOST_VOLUME = warning(
  REASON_CLAIM_LOST,
  'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
);

export const MISBOUND = warning(
  REASON_CLAIM_MISBOUND,
  'Two claims are bound to the same volume, this one is bound incorrectly',
);

export const NO_VOLUME_AND_NO_CLASS = normal(
  REASON_FAILED_BINDING,
  'no persistent volumes available for this claim and no storage class is set',
);

export const NO_RECYCLER = warning(
  REASON_VOLUME_FAILED_RECYCLE,
  'No recycler plugin found for the volume!',
);

export const RECYCLED = normal(REASON_VOLUME_RECYCLED, 'Volume recycled');

export function noSuchClass(name: string): EventNote {
  return warning(REASON_PROVISIONING_FAILED, `storageclass.storage.k8s.io "${name}" not found`);
}

export function cannotBindRequested({ metadata }: PersistentVolume, reason: string): EventNote {
  const message = `Cannot bind to requested volume "${metadata.name}": ${reason}`;
  return warning(REASON_VOLUME_MISMATCH, message);
}

export function boundToAnother({ metadata }: PersistentVolume): EventNote {
  const message = `volume "${metadata.name}" already bound to a different claim.`;
  return warning(REASON_FAILED_BINDING, message);
}

/** What the volume tells of a claim that wants another mode. */
export function incompatibleClaim({ metadata }: PersistentVolumeClaim): EventNote {
  return warning(
    REASON_VOLUME_MISMATCH,
    `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${metadata.name}" due to incompatible volumeMode.`,
  );
}

/** What the claim tells of a volume that has another mode. */
export function incompatibleVolume({ metadata }: PersistentVolume): EventNote {
  return warning(
    REASON_VOLUME_MISMATCH,
    `Cannot bind PersistentVolume "${metadata.name}" to requested PersistentVolumeClaim due to incompatible volumeMode.`,
  );
}

/** No driver stands for the plugin that is to provision. */
export function noProvisioner(plugin: string): EventNote {
  return warning(REASON_PROVISIONING_FAILED, noPlugin(plugin));
}

/** No driver stands for the plugin that provisioned, and is to delete. */
export function noDeleterOf(plugin: string): EventNote {
  return warning(REASON_VOLUME_FAILED_DELETE, noPlugin(plugin));
}

function noPlugin(plugin: string): string {
  return `no volume plugin matched name: ${plugin}`;
}

/** @param pods `namespace/name` of each */
export function usedByPods(pods: readonly string[]): EventNote {
  return normal(REASON_VOLUME_FAILED_RECYCLE, `Volume is used by pods: ${pods.join(',')}`);
}

/** @param pods those that use the claim and wait for a node */
export function waitingForConsumer(pods: readonly string[]): EventNote {
  if (pods.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return normal(REASON_WAIT_FOR_FIRST_CONSUMER, message);
  }
  const [first = '', ...more] = pods;
  const message =
    more.length === 0
      ? `waiting for pod ${first} to be scheduled`
      : `waiting for pods ${pods.join(',')} to be scheduled`;
  return normal(REASON_WAIT_FOR_POD_SCHEDULED, message);
}

export function waitingForProvisioner(provisioner: string): EventNote {
  return normal(
    REASON_EXTERNAL_PROVISIONING,
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  );
}

export function hostPathNotDeletable(path: string): EventNote {
  return warning(
    REASON_VOLUME_FAILED_DELETE,
    `host_path deleter only supports /tmp/.+ but received provided ${path}`,
  );
}

export function noDeleter(name: string): EventNote {
  return warning(
    REASON_VOLUME_FAILED_DELETE,
    `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`,
  );
}
