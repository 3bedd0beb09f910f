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
import type { VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { AttachmentWorld } from './attachment-world.ts';
import {
  attachedVolumes,
  multiAttachNote,
  type Need,
  type NodeView,
  newAttachment,
  planNode,
} from './plan.ts';

const REASON_ATTACHED = 'SuccessfulAttachVolume';

/** Its keys are names of nodes. */
export function createAttachDetachController(): Controller {
  return {
    name: 'attach-detach',
    serviceAccount: 'attachdetach-controller',
    // Two nodes that ask for one volume at the same time are told apart by what the first of them has been given.
    concurrency: 1,
    singleton: true,
    setUp(context) {
      const reconciler = new AttachDetachReconciler(context);
      return (nodeName) => reconciler.reconcile(nodeName);
    },
  };
}

class AttachDetachReconciler {
  readonly #context: ControllerContext;
  readonly #world: AttachmentWorld;

  constructor(context: ControllerContext) {
    this.#context = { ...context, events: context.events.withSource('attachdetach-controller') };
    this.#world = new AttachmentWorld(context);
  }

  async reconcile(nodeName: string): Promise<ReconcileResult> {
    const nowMs = this.#context.clock.now();
    const view = this.#world.viewOf(nodeName, nowMs);
    const { attach, blocked, detach, nextMs } = planNode(view);
    for (const attachment of detach) await this.#detach(attachment);
    for (const need of blocked) this.#reportBlocked(need);
    for (const need of attach) await this.#attach(need, nodeName);
    await this.#writeStatus(nodeName, view);
    return nextMs === undefined ? done : requeueAfter(nextMs - nowMs);
  }

  async #attach({ volume }: Need, nodeName: string): Promise<void> {
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

  #reportBlocked(need: Need): void {
    const note = multiAttachNote(need.volume, this.#world.otherUsers(need));
    this.#context.events.record(need.pod, note);
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
