/**
 * The provisioner of simulated disks: makes a volume for each claim that names it, and deletes the volume when its claim is
 * gone. It stands where the provisioner of a CSI driver stands in other clusters, and knows claims and volumes alone.
 *
 * @see https://kubernetes.io/docs/concepts/storage/dynamic-provisioning/
 */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  coreNodes,
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageStorageClasses,
  storageVolumeAttachments,
  storageVolumeAttributesClasses,
} from '../../scheme/generated/resources.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import type {
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../scheme/generated/types/storage-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { storageClassOf } from '../../scheme/storage/annotations.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { requestedStorage } from '../../scheme/storage/volume-matching.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { STORAGE_BACKOFF } from '../shared/failure-backoffs.ts';
import { withFinalizer, withoutFinalizer } from '../shared/finalizers.ts';
import { DiskAttempts, type DiskFailure, INFEASIBLE_RETRY_MS } from '../shared/simulated-disks.ts';
import { copyProblem, dataSourceOf, type Original } from './data-source.ts';
import {
  attributesProblem,
  isDue,
  newVolume,
  PROVISIONER_FINALIZER,
  planDisposal,
  selectedNodeOf,
  volumeNameOf,
  wantsDisk,
  withoutSelectedNode,
} from './plan.ts';

const REASON_PROVISIONING = 'Provisioning';
const REASON_PROVISIONING_SUCCEEDED = 'ProvisioningSucceeded';
const REASON_PROVISIONING_FAILED = 'ProvisioningFailed';
const REASON_FAILED_DELETE = 'VolumeFailedDelete';

const INDEX_ATTACHED_VOLUME = 'persistentVolumeName';

/** Its keys are `namespace/name` of claims and `name` of volumes. */
export function createVolumeProvisionerController(): Controller {
  return {
    name: 'volume-provisioner',
    serviceAccount: 'simulated-storage',
    failureBackoff: STORAGE_BACKOFF,
    setUp(context) {
      const { informers, queue } = context;
      const claims = informers.informer(corePersistentVolumeClaims);
      const volumes = informers.informer(corePersistentVolumes);
      const addClaim = (claim: PersistentVolumeClaim): void => {
        if (wantsDisk(claim)) queue.add(keyOf(claim));
      };
      const addVolume = (volume: PersistentVolume): void => {
        if (planDisposal(volume) !== 'leave') queue.add(keyOf(volume));
      };
      claims.addHandler({ onAdd: addClaim, onUpdate: (_, next) => addClaim(next) });
      volumes.addHandler({ onAdd: addVolume, onUpdate: (_, next) => addVolume(next) });
      const attachments = informers.informer(storageVolumeAttachments);
      attachments.addIndex(INDEX_ATTACHED_VOLUME, (one) => [attachedVolumeOf(one)]);
      attachments.addHandler({ onDelete: (one) => queue.add(attachedVolumeOf(one)) });
      const provisioner = new Provisioner(context);
      return async (key) => {
        const claim = claims.get(key);
        const volume = volumes.get(key);
        if (claim && wantsDisk(claim)) return provisioner.provision(claim);
        const [attachment] = attachments.byIndex(INDEX_ATTACHED_VOLUME, key);
        if (volume) await provisioner.dispose(volume, attachment);
        return done;
      };
    },
  };
}

function attachedVolumeOf({ spec }: VolumeAttachment): string {
  return spec.source.persistentVolumeName ?? '';
}

class Provisioner {
  readonly #client: ControllerContext['client'];
  readonly #events: EventRecorder;
  readonly #attempts: DiskAttempts;

  constructor({ client, events, random }: ControllerContext) {
    this.#client = client;
    this.#attempts = new DiskAttempts('make', random);
    this.#events = events.withSource(SIMULATED_DRIVER);
  }

  async provision(claim: PersistentVolumeClaim): Promise<ReconcileResult> {
    const storageClass = await this.#classOf(claim);
    if (!storageClass || !isDue(claim, storageClass)) return done;
    const nodeName = selectedNodeOf(claim);
    const node = nodeName === undefined ? undefined : await this.#node(nodeName);
    if (nodeName !== undefined && !node) {
      await this.#giveBack(claim, nodeName);
      return done;
    }
    const message = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`;
    this.#record(claim, 'Normal', REASON_PROVISIONING, message);
    const source = dataSourceOf(claim);
    if (source.type === 'foreign') {
      this.#leaveToPopulator(claim);
      return done;
    }
    const problem =
      attributesProblem(claim, await this.#attributesOf(claim)) ??
      (source.type === 'claim'
        ? copyProblem(claim, await this.#original(claim, source.name))
        : undefined);
    if (problem !== undefined) return this.#fail(claim, storageClass, problem);
    const failure = this.#attempts.failureOf(storageClass, requestedStorage(claim));
    if (failure?.code === 'InvalidArgument') return this.#postpone(claim, failure);
    if (failure) return this.#fail(claim, storageClass, failure.message);
    await this.#create(newVolume(claim, storageClass, node));
    const made = `Successfully provisioned volume ${volumeNameOf(claim)}`;
    this.#record(claim, 'Normal', REASON_PROVISIONING_SUCCEEDED, made);
    return done;
  }

  async dispose(volume: PersistentVolume, attachment: VolumeAttachment | undefined): Promise<void> {
    const plan = planDisposal(volume);
    if (plan === 'leave') return;
    if (plan === 'hold') return this.#update(withFinalizer(volume, PROVISIONER_FINALIZER));
    if (volume.spec?.persistentVolumeReclaimPolicy === 'Delete' && attachment) {
      return this.#reportAttached(volume, attachment);
    }
    if (plan === 'let-go') return this.#update(withoutFinalizer(volume, PROVISIONER_FINALIZER));
    const target = { name: volume.metadata.name ?? '' };
    await ignoreNotFound(this.#client.delete(corePersistentVolumes, target));
  }

  /** A disk is not taken away from under a node: the end of the attachment brings the volume back here. */
  #reportAttached(volume: PersistentVolume, { spec }: VolumeAttachment): void {
    const { name } = volume.metadata;
    const message = `persistentvolume ${name} is still attached to node ${spec.nodeName}`;
    this.#record(volume, 'Warning', REASON_FAILED_DELETE, message);
  }

  async #update(volume: PersistentVolume): Promise<void> {
    await ignoreNotFound(this.#client.update(corePersistentVolumes, volume));
  }

  #classOf(claim: PersistentVolumeClaim): Promise<StorageClass | undefined> {
    return ignoreNotFound(
      this.#client.get(storageStorageClasses, {
        name: storageClassOf(claim),
        resourceVersion: '0',
      }),
    );
  }

  async #attributesOf({ spec }: PersistentVolumeClaim): Promise<VolumeAttributesClass | undefined> {
    const name = spec?.volumeAttributesClassName;
    return name
      ? ignoreNotFound(this.#client.get(storageVolumeAttributesClasses, { name }))
      : undefined;
  }

  #leaveToPopulator(claim: PersistentVolumeClaim): void {
    const message = 'Assuming an external populator will provision the volume';
    this.#record(claim, 'Normal', REASON_PROVISIONING, message);
  }

  async #original({ metadata }: PersistentVolumeClaim, name: string): Promise<Original> {
    const target = { namespace: metadata.namespace, name };
    const claim = await ignoreNotFound(this.#client.get(corePersistentVolumeClaims, target));
    const volumeName = claim?.spec?.volumeName;
    const volume = volumeName
      ? await ignoreNotFound(this.#client.get(corePersistentVolumes, { name: volumeName }))
      : undefined;
    return { name, claim, volume };
  }

  /** Tries again, less and less often: what is missing may come. */
  #fail(claim: PersistentVolumeClaim, { metadata }: StorageClass, problem: string): never {
    const message = `failed to provision volume with StorageClass "${metadata.name}": ${problem}`;
    this.#record(claim, 'Warning', REASON_PROVISIONING_FAILED, message);
    throw new Error(message);
  }

  /** The next attempt would end as this one did: it is made late, in case that the class is another by then. */
  #postpone(claim: PersistentVolumeClaim, { message }: DiskFailure): ReconcileResult {
    const what = 'Volume provisioning failed with infeasible error. Retries will be delayed.';
    this.#record(claim, 'Warning', REASON_PROVISIONING_FAILED, `${what} ${message}`);
    return requeueAfter(INFEASIBLE_RETRY_MS);
  }

  #record(
    about: PersistentVolume | PersistentVolumeClaim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.#events.record(about, { type, reason, message });
  }

  #node(name: string): Promise<Node | undefined> {
    return ignoreNotFound(this.#client.get(coreNodes, { name }));
  }

  /** The node is gone: the scheduler is to choose another. */
  async #giveBack(claim: PersistentVolumeClaim, nodeName: string): Promise<void> {
    this.#record(claim, 'Warning', REASON_PROVISIONING_FAILED, `node "${nodeName}" not found`);
    await ignoreNotFound(
      this.#client.update(corePersistentVolumeClaims, withoutSelectedNode(claim)),
    );
  }

  async #create(volume: PersistentVolume): Promise<void> {
    try {
      await this.#client.create(corePersistentVolumes, volume);
    } catch (thrown) {
      // Ignored: an earlier run made it; it has the name of this claim and of no other.
      if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
    }
  }
}
