import { toError } from '../../lib/errors.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../machinery/controller.ts';
import { done, requeueAfter } from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { addNodeNameIndex } from '../../machinery/indexes.ts';
import { INDEX_NODE_NAME, type Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coordinationLeases, coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Lease } from '../../scheme/generated/types/coordination-v1.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import {
  ANNOTATION_POWER,
  ANNOTATION_STATIC_PODS,
  declaredPressures,
  isPoweredOn,
  isSimulated,
  POWER_OFF,
} from '../annotations.ts';
import { inChunks } from '../chunks.ts';
import { pressuresOf } from '../eviction/pressures.ts';
import type { NodeImages } from '../images/node-images.ts';
import type { NodeClients } from '../node-clients.ts';
import type { KubeletSettings } from '../settings.ts';
import { SHARD_CONCURRENCY, SHARD_KEYS, shardKeyOf, shardPhase } from '../shards.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { isRegistered, nodeRegister } from '../stages/node-register.ts';
import { nextReportMs, nodeReport } from '../stages/node-report.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { MachineAddresses } from './machine-addresses.ts';
import { isRenewalDue, NODE_LEASE_NAMESPACE, newLease, renewedLease } from './node-lease.ts';
import { NodeResources, type ResourceLook } from './node-resources.ts';
import { isShutdownOver, isShuttingDown } from './node-shutdown.ts';
import type { NodeContext, NodeTransition } from './node-stage.ts';
import { RestingNodes, type Surroundings } from './resting-nodes.ts';
import { planStaticPods } from './static-pods.ts';
import { hasOtherVolumes, VolumesInUse } from './volumes-in-use.ts';

/** One key registers all new nodes: a thousand that come at once are one run. */
const KEY_REGISTER = 'register';
const INDEX_SHARD = 'kubeletShard';
const CHUNK = 256;

/** Others write to a new node as well: its taints, for instance. */
const LOST_RACE_RETRY_MS = 100;

/**
 * The kubelets' part for their nodes: registering those that are to be simulated, and keeping them alive by Leases and status
 * reports. A node that is switched off is left alone, as if its machine had vanished.
 */
export function createNodeAgent(options: NodeAgentOptions): Controller {
  return {
    name: 'kubelet-nodes',
    concurrency: SHARD_CONCURRENCY,
    setUp: (context) => {
      const agent = new NodeAgent(context, options);
      return (key) => (key === KEY_REGISTER ? agent.registerAll() : agent.heartbeat(key));
    },
  };
}

export interface NodeAgentOptions {
  readonly settings: KubeletSettings;
  /** @default all write by the controller's own client */
  readonly clientFor: NodeClients | undefined;
  readonly images: NodeImages;
  readonly simulation: Simulation;
}

/** Whether our kubelet has the node in its care now. */
export function isServed(node: Node): boolean {
  return isSimulated(node) && isPoweredOn(node);
}

/** Whether something else is said to the node than before. */
function isRedeclared(previous: Node, node: Node): boolean {
  const staticPodsOf = ({ metadata }: Node): string | undefined =>
    metadata.annotations?.[ANNOTATION_STATIC_PODS];
  return (
    isShuttingDown(previous) !== isShuttingDown(node) ||
    hasOtherVolumes(previous, node) ||
    declaredPressures(previous).length !== declaredPressures(node).length ||
    previous.spec?.podCIDR !== node.spec?.podCIDR ||
    staticPodsOf(previous) !== staticPodsOf(node)
  );
}

/** Most nodes have no volumes: they cost nothing. */
function mayUseVolumes({ status }: Node): boolean {
  return Boolean(status?.volumesAttached?.length || status?.volumesInUse?.length);
}

/** Whether what the node does may change with time alone, whatever its resources are. */
function mayStir(node: Node): boolean {
  return (
    mayUseVolumes(node) ||
    isShuttingDown(node) ||
    node.metadata.annotations?.[ANNOTATION_STATIC_PODS] !== undefined
  );
}

class NodeAgent {
  readonly #context: ControllerContext;
  readonly #settings: KubeletSettings;
  readonly #clientFor: NodeClients;
  readonly #nodes: Informer<Node>;
  readonly #leases: Informer<Lease>;
  readonly #pods: Informer<Pod>;
  readonly #images: NodeImages;
  readonly #simulation: Simulation;
  readonly #volumes = new VolumesInUse();
  readonly #addresses: MachineAddresses;
  readonly #resources: NodeResources;
  readonly #resting = new RestingNodes();

  constructor(context: ControllerContext, options: NodeAgentOptions) {
    const { clientFor = () => context.client, images, settings } = options;
    this.#context = context;
    this.#images = images;
    this.#simulation = options.simulation;
    this.#settings = settings;
    this.#addresses = new MachineAddresses(settings);
    this.#resources = new NodeResources(images, options.simulation);
    this.#clientFor = clientFor;
    this.#nodes = context.informers.informer(coreNodes);
    this.#pods = context.informers.informer(corePods);
    addNodeNameIndex(this.#pods);
    this.#pods.addHandler({
      onUpdate: (previous, pod) => {
        if (isTerminal(pod) && !isTerminal(previous)) this.#onPodEnded(pod);
      },
      onDelete: (pod) => {
        this.#onPodGone(pod);
        this.#onPodEnded(pod);
      },
    });
    this.#leases = context.informers.informer(coordinationLeases);
    this.#nodes.addIndex(INDEX_SHARD, (node) =>
      isSimulated(node) ? [shardKeyOf(node.metadata.name ?? '')] : [],
    );
    this.#nodes.addHandler({
      onAdd: (node) => this.#onNode(undefined, node),
      onUpdate: (previous, node) => this.#onNode(previous, node),
      onDelete: ({ metadata }) => {
        images.forgetNode(metadata.name ?? '');
        this.#resources.forget(metadata.name ?? '');
        this.#resting.forget(metadata.name ?? '');
      },
    });
    this.#simulation.follow(context);
    this.#simulation.onChange(() => {
      this.#resting.wakeAll();
      for (const key of SHARD_KEYS) context.queue.add(key);
    });
  }

  /** What it used may be taken from the node: the sooner that is said, the sooner another node has it. */
  #onPodGone(pod: Pod): void {
    const { nodeName } = pod.spec ?? {};
    if (nodeName && claimNamesOf(pod).length > 0) this.#context.queue.add(shardKeyOf(nodeName));
  }

  /** A node under pressure looks at once whether it has enough again, before it gives up the next Pod. */
  #onPodEnded({ spec }: Pod): void {
    const node = this.#nodes.get(spec?.nodeName ?? '');
    if (node && pressuresOf(node).length > 0) {
      this.#context.queue.add(shardKeyOf(node.metadata.name ?? ''));
    }
  }

  #onNode(previous: Node | undefined, node: Node): void {
    if (!isServed(node)) return;
    if (!previous) this.#images.observeNode(node);
    else this.#images.observeChange(previous, node);
    const { queue } = this.#context;
    if (!isRegistered(node)) queue.add(KEY_REGISTER);
    else if (
      !previous ||
      !isServed(previous) ||
      !isRegistered(previous) ||
      isRedeclared(previous, node)
    ) {
      queue.add(shardKeyOf(node.metadata.name ?? ''));
    }
  }

  async registerAll(): Promise<ReconcileResult> {
    const ctx = this.#stageContext();
    const unregistered = [...this.#nodes.list()].filter(
      (node) => isServed(node) && nodeRegister.matches(node, ctx),
    );
    let retryMs = Number.POSITIVE_INFINITY;
    await inChunks(unregistered, CHUNK, async (node) => {
      const waitMs = this.#podRangeWaitMs(node, ctx.nowMs);
      if (waitMs > 0) retryMs = Math.min(retryMs, waitMs);
      else if (!(await this.#apply(node, nodeRegister.next(node, ctx)))) {
        retryMs = Math.min(retryMs, LOST_RACE_RETRY_MS);
      }
    });
    return retryMs === Number.POSITIVE_INFINITY ? done : requeueAfter(retryMs);
  }

  /** A machine takes a moment to boot: who gives nodes their ranges has that long, which saves a report without and one with. */
  #podRangeWaitMs({ metadata, spec }: Node, nowMs: number): number {
    if (spec?.podCIDR) return 0;
    const createdMs = Date.parse(metadata.creationTimestamp ?? '');
    return createdMs + this.#settings.podRangeWaitMs - nowMs;
  }

  async heartbeat(shardKey: string): Promise<ReconcileResult> {
    const shared = this.#stageContext();
    const { faults } = this.#simulation;
    const served = this.#nodes
      .byIndex(INDEX_SHARD, shardKey)
      .filter((node) => isServed(node) && isRegistered(node))
      .filter((node) => !faults.isSilenced(node, shared.nowMs));
    if (served.length === 0) return done;
    await inChunks(served, CHUNK, async (node) => {
      const offsetMs = faults.clockOffsetMs(node, shared.nowMs);
      const skewed = offsetMs === 0 ? shared : { ...shared, nowMs: shared.nowMs + offsetMs };
      const surroundings = this.#surroundingsOf(node);
      if (this.#resting.isResting(surroundings, skewed.nowMs)) {
        await this.#renewLease(node, skewed.nowMs);
      } else await this.#lookAfter(surroundings, skewed);
    });
    // By when it began, however long it took: on a fast clock that would be a good part of the rhythm.
    const nextMs = shared.nowMs + this.#msToNextHeartbeat(shardKey, shared.nowMs);
    return requeueAfter(Math.max(0, nextMs - this.#context.clock.now()));
  }

  #surroundingsOf(node: Node): Surroundings {
    const { name = '' } = node.metadata;
    const pods = this.#pods.byIndex(INDEX_NODE_NAME, name);
    return { node, pods, imagesRevision: this.#images.revisionOf(name) };
  }

  /** A heartbeat, and whatever else the node has to do. */
  async #lookAfter(surroundings: Surroundings, skewed: NodeContext): Promise<void> {
    const { node } = surroundings;
    const { isSteady, pressures } = this.#lookAtResources(node);
    const looked = { ...skewed, pressuresOf: () => pressures };
    const ctx = mayUseVolumes(node) ? await this.#withVolumes(node, looked) : looked;
    await this.#renewLease(node, ctx.nowMs);
    await this.#keepStaticPods(node);
    if (nodeReport.matches(node, ctx)) await this.#apply(node, nodeReport.next(node, ctx));
    else if (isSteady && !mayStir(node)) {
      this.#resting.rest(surroundings, nextReportMs(node, this.#settings.nodeStatusReportMs));
    } else await this.#endShutdown(node, ctx.nowMs);
  }

  async #withVolumes(node: Node, ctx: NodeContext): Promise<NodeContext> {
    const { name = '' } = node.metadata;
    const pods = this.#pods.byIndex(INDEX_NODE_NAME, name);
    return { ...ctx, volumesInUse: await this.#volumes.of(node, pods, this.#clientFor(name)) };
  }

  #lookAtResources(node: Node): ResourceLook {
    const pods = this.#pods.byIndex(INDEX_NODE_NAME, node.metadata.name ?? '');
    const look = this.#resources.look(node, pods, this.#context.clock.now());
    if (look.notes.length > 0) {
      const recorder = this.#recorderOf(node);
      for (const note of look.notes) recorder.record(node, note);
    }
    return look;
  }

  /** The machine that has nothing left to do before its shutdown goes off. */
  async #endShutdown(node: Node, nowMs: number): Promise<void> {
    if (!isShuttingDown(node)) return;
    const pods = this.#pods.byIndex(INDEX_NODE_NAME, node.metadata.name ?? '');
    const running = pods.filter((pod) => pod.status?.startTime !== undefined && !isTerminal(pod));
    if (!isShutdownOver(node, running, nowMs)) return;
    const { metadata } = node;
    const annotations = { ...metadata.annotations, [ANNOTATION_POWER]: POWER_OFF };
    await this.#apply(node, { node: { ...node, metadata: { ...metadata, annotations } } });
  }

  async #keepStaticPods(node: Node): Promise<void> {
    const { name = '' } = node.metadata;
    const plan = planStaticPods(node, this.#pods.byIndex(INDEX_NODE_NAME, name));
    if (!plan) return;
    const client = this.#clientFor(name);
    for (const pod of plan.create) {
      await this.#attempt('static pod not made known', node, async () => {
        await client.create(corePods, pod);
      });
    }
    for (const { metadata } of plan.remove) {
      await this.#attempt('mirror pod not removed', node, async () => {
        await client.delete(corePods, {
          namespace: metadata.namespace,
          name: metadata.name ?? '',
        });
      });
    }
  }

  /** Heartbeats keep to a rhythm of the shard's own, so that shards do not write all at once. */
  #msToNextHeartbeat(shardKey: string, nowMs: number): number {
    const periodMs = this.#settings.leaseRenewMs;
    return periodMs - ((nowMs + shardPhase(shardKey) * periodMs) % periodMs);
  }

  async #renewLease(node: Node, nowMs: number): Promise<void> {
    const lease = this.#leases.get(`${NODE_LEASE_NAMESPACE}/${node.metadata.name}`);
    if (!isRenewalDue(lease, nowMs, this.#settings)) return;
    const client = this.#clientFor(node.metadata.name ?? '');
    await this.#attempt('lease not renewed', node, async () => {
      if (lease) {
        const renewed = renewedLease(lease, node, nowMs, this.#settings);
        await client.update(coordinationLeases, renewed);
      } else {
        await client.create(coordinationLeases, newLease(node, nowMs, this.#settings));
      }
    });
  }

  #apply(node: Node, { events = [], node: changed, status }: NodeTransition): Promise<boolean> {
    const client = this.#clientFor(node.metadata.name ?? '');
    return this.#attempt('node not updated', node, async () => {
      let current = node;
      if (changed) current = await client.update(coreNodes, changed);
      if (status) {
        const reported = { ...current, status };
        current = await client.update(coreNodes, reported, { subresource: 'status' });
      }
      const recorder = this.#recorderOf(current);
      for (const note of events) recorder.record(current, note);
    });
  }

  /** Losing a race, or the node, is no failure: what comes next will see it. */
  async #attempt(what: string, { metadata }: Node, write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (thrown) {
      if (isApiError(thrown, 'Conflict', 'NotFound', 'AlreadyExists')) return false;
      this.#context.logger.warn(what, { node: metadata.name, error: toError(thrown) });
      return false;
    }
  }

  #recorderOf({ metadata: { name = '' } }: Node): EventRecorder {
    return this.#context.events.withClient(this.#clientFor(name)).withSource('kubelet', name);
  }

  #stageContext(): NodeContext {
    return {
      nowMs: this.#context.clock.now(),
      settings: this.#settings,
      ipsOf: (podCidrs) => this.#addresses.of(podCidrs),
      imagesOf: (nodeName) => this.#images.of(nodeName),
      pressuresOf: (node) => this.#simulation.pressures(node, this.#context.clock.now()),
    };
  }
}
