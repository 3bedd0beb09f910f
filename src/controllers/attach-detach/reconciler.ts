/**
 * Attach and detach: a volume that a Pod needs is attached to the Pod's node, and taken away when no Pod of the node needs it.
 * Invariant: a volume for one node at a time is attached to another only once its attachment to the first is gone.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreNodes, storageVolumeAttachments } from '../../scheme/generated/resources.ts';
import type { PersistentVolume } from '../../scheme/generated/types/core-v1.ts';
import type { VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { AttachmentWorld } from './attachment-world.ts';
import { attachedVolumes, type NodeView, newAttachment, type PodNote, planNode } from './plan.ts';

const NOTHING_UNNEEDED: ReadonlyMap<string, number> = new Map();

const REASON_ATTACHED = 'SuccessfulAttachVolume';

export interface AttachDetachOptions {
  /**
   * Whether a silent node keeps what it has mounted until somebody says that nothing runs there any more.
   * @default false: it is taken away after six minutes
   */
  readonly disableForceDetachOnTimeout?: boolean;
}

/** Its keys are names of nodes. */
export function createAttachDetachController(options: AttachDetachOptions = {}): Controller {
  return {
    name: 'attach-detach',
    serviceAccount: 'attachdetach-controller',
    // Two nodes that ask for one volume at the same time are told apart by what the first of them has been given.
    concurrency: 1,
    singleton: true,
    setUp(context) {
      const reconciler = new AttachDetachReconciler(context, options);
      return (nodeName) => reconciler.reconcile(nodeName);
    },
  };
}

class AttachDetachReconciler {
  readonly #context: ControllerContext;
  readonly #world: AttachmentWorld;
  /** Since when nobody needs what is attached, by nodes: a silent node is given some time from then on. */
  readonly #unneeded = new Map<string, ReadonlyMap<string, number>>();
  /** What the Pods of each node have been told, for as long as it is so. */
  readonly #told = new Map<string, ReadonlySet<string>>();

  readonly #isPatient: boolean;

  constructor(
    context: ControllerContext,
    { disableForceDetachOnTimeout = false }: AttachDetachOptions,
  ) {
    this.#isPatient = disableForceDetachOnTimeout;
    this.#context = { ...context, events: context.events.withSource('attachdetach-controller') };
    this.#world = new AttachmentWorld(context);
  }

  async reconcile(nodeName: string): Promise<ReconcileResult> {
    const nowMs = this.#context.clock.now();
    const unneeded = this.#unneeded.get(nodeName) ?? NOTHING_UNNEEDED;
    const view = this.#world.viewOf(nodeName, { nowMs, unneeded, isPatient: this.#isPatient });
    const plan = planNode(view);
    keep(this.#unneeded, nodeName, plan.unneeded);
    this.#tell(nodeName, plan.notes);
    const attachments = view.attachments.filter((one) => !plan.detach.includes(one));
    // First the node is told that a volume is not safe to be mounted any more, and then it is taken away.
    await this.#writeStatus(nodeName, { ...view, attachments });
    for (const attachment of plan.detach) await this.#detach(attachment);
    for (const volume of plan.attach) await this.#attach(volume, nodeName);
    return plan.nextMs === undefined ? done : requeueAfter(plan.nextMs - nowMs);
  }

  async #attach(volume: PersistentVolume, nodeName: string): Promise<void> {
    try {
      const attachment = newAttachment(volume, nodeName);
      await this.#context.client.create(storageVolumeAttachments, attachment);
    } catch (thrown) {
      // Ignored: the last one of this name is on its way out, and its end brings the node back here.
      if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
    }
  }

  async #detach({ metadata: { name = '', uid = '' } }: VolumeAttachment): Promise<void> {
    const preconditions = { uid };
    const { client } = this.#context;
    await ignoreNotFound(client.delete(storageVolumeAttachments, { name }, { preconditions }));
  }

  #tell(nodeName: string, notes: readonly PodNote[]): void {
    const told = this.#told.get(nodeName);
    for (const { id, note, pod } of notes) {
      if (!told?.has(id)) this.#context.events.record(pod, note);
    }
    keep(this.#told, nodeName, new Set(notes.map(({ id }) => id)));
  }

  /** What is attached is said on the node, for its kubelet to mount it. */
  async #writeStatus(name: string, view: NodeView): Promise<void> {
    const { node } = view;
    const before = node?.status?.volumesAttached ?? [];
    const volumesAttached = attachedVolumes(view);
    if (!node || deepEqual(before, volumesAttached)) return;
    this.#reportAttached(view, new Set(before.map((one) => one.name)));
    const { client } = this.#context;
    const patch = { status: { volumesAttached } };
    const status = { subresource: 'status' };
    await ignoreNotFound(client.patch(coreNodes, { name }, { type: 'merge', patch }, status));
  }

  #reportAttached(view: NodeView, known: ReadonlySet<string>): void {
    for (const { pod, volume } of view.needs) {
      const own = view.attachments.filter((one) => view.volumeOf(one) === volume);
      const fresh = attachedVolumes({ ...view, attachments: own });
      if (fresh.length === 0 || fresh.every(({ name }) => known.has(name))) continue;
      const message = `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `;
      this.#context.events.record(pod, { type: 'Normal', reason: REASON_ATTACHED, message });
    }
  }
}

/** Remembers what there is of a node, and forgets the node where that is nothing. */
function keep<T extends { readonly size: number }>(
  of: Map<string, T>,
  node: string,
  what: T,
): void {
  if (what.size > 0) of.set(node, what);
  else of.delete(node);
}
