import type { ApiClient } from '../../apiserver/client.ts';
import type { ContainerLog } from '../../lib/container-log.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { addNodeNameIndex } from '../../machinery/indexes.ts';
import { INDEX_NODE_NAME, type Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf, type NamespacedKey } from '../../scheme/object.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import { inChunks } from '../chunks.ts';
import { pressuresOf } from '../eviction/pressures.ts';
import { actingShortage, type Shortage } from '../eviction/shortages.ts';
import type { NodeImages } from '../images/node-images.ts';
import { NodePulls } from '../images/node-pulls.ts';
import { linesOfTransition } from '../logs/lines-of-transition.ts';
import { RepeatedLines } from '../logs/repeated-lines.ts';
import type { NodeClients } from '../node-clients.ts';
import { isServed } from '../nodes/node-agent.ts';
import { isShuttingDown, shutdownStartMs } from '../nodes/node-shutdown.ts';
import { hasOtherVolumes } from '../nodes/volumes-in-use.ts';
import { isPodResized } from '../resize.ts';
import type { KubeletSettings } from '../settings.ts';
import { SHARD_CONCURRENCY, shardKeyOf } from '../shards.ts';
import type { Simulation } from '../simulation/simulation.ts';
import {
  NO_SOURCES,
  needsSources,
  type PodSources,
  readPodSources,
} from '../sources/pod-sources.ts';
import { nextPodStage, type PodContext, type PodStage, type PodTransition } from '../stage.ts';
import { isRegistered } from '../stages/node-register.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { DeferredPods } from './deferred-pods.ts';
import { DuePods } from './due-pods.ts';
import { PodAddresses } from './pod-addresses.ts';
import { PodMemory } from './pod-memory.ts';
import { preemptPod } from './preempt-pod.ts';
import { UnseenDecisions } from './unseen-decisions.ts';

const CHUNK = 256;
/** After a failure that is neither a lost race nor a vanished Pod, a Pod waits this long. */
const RETRY_MS = 1_000;

/**
 * The kubelets' part for their Pods: takes each Pod bound to a simulated node through its stages. What is due is worked out
 * in memory, in every process that runs kubelets, from the Pods themselves; a queue key stands for all due Pods of a shard's
 * nodes, and whichever process gets it does the work, which the others then see.
 */
export function createPodAgent(options: PodAgentOptions): Controller {
  return {
    name: 'kubelet',
    concurrency: SHARD_CONCURRENCY,
    setUp: (context) => {
      const agent = new PodAgent(context, options);
      return (shardKey) => agent.workOff(shardKey);
    },
  };
}

export interface PodAgentOptions {
  readonly settings: KubeletSettings;
  readonly stages: readonly PodStage[];
  /** @default all write by the controller's own client */
  readonly clientFor: NodeClients | undefined;
  readonly containerLog: ContainerLog;
  readonly images: NodeImages;
  readonly simulation: Simulation;
}

class PodAgent {
  readonly #context: ControllerContext;
  readonly #settings: KubeletSettings;
  readonly #stages: readonly PodStage[];
  readonly #clientFor: NodeClients;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #due: DuePods;
  readonly #containerLog: ContainerLog;
  readonly #repeatedLines: RepeatedLines;
  readonly #addresses = new PodAddresses();
  readonly #images: NodeImages;
  readonly #pulls = new NodePulls();
  readonly #simulation: Simulation;
  readonly #memory = new PodMemory();
  readonly #decisions = new UnseenDecisions();
  readonly #deferred = new DeferredPods();

  constructor(context: ControllerContext, options: PodAgentOptions) {
    const { settings, stages, clientFor = () => context.client, containerLog } = options;
    this.#context = context;
    this.#settings = settings;
    this.#stages = stages;
    this.#clientFor = clientFor;
    this.#containerLog = containerLog;
    this.#images = options.images;
    this.#simulation = options.simulation;
    this.#due = new DuePods(context.clock, (shardKey) => context.queue.add(shardKey));
    this.#repeatedLines = new RepeatedLines(context.clock, containerLog);
    context.signal.addEventListener('abort', () => this.#clear(), { once: true });
    this.#pods = context.informers.informer(corePods);
    this.#nodes = context.informers.informer(coreNodes);
    addNodeNameIndex(this.#pods);
    this.#pods.addHandler({
      onAdd: (pod) => this.#onPod(pod),
      onUpdate: (_previous, pod) => this.#onPod(pod),
      onDelete: (pod) => this.#onPodGone(pod),
    });
    this.#nodes.addHandler({
      onAdd: (node) => this.#planNode(node),
      onDelete: ({ metadata }) => this.#pulls.forgetNode(metadata.name ?? ''),
      onUpdate: (previous, node) => {
        if (hasOtherVolumes(previous, node)) this.#planUnmounted(node);
        if (isChanged(previous, node)) this.#planNode(node);
        else this.#planDeferred(node.metadata.name ?? '');
      },
    });
    this.#simulation.follow(context);
    this.#simulation.onChange(() => {
      for (const node of this.#nodes.list()) if (isAtWork(node)) this.#planNode(node);
    });
  }

  /** Does everything that is due on the nodes of a shard. */
  async workOff(shardKey: string): Promise<ReconcileResult> {
    await inChunks(this.#due.take(shardKey), CHUNK, ([key, stage]) => this.#step(key, stage));
    return done;
  }

  #clear(): void {
    this.#due.clear();
    this.#repeatedLines.clear();
  }

  #onPod(pod: Pod): void {
    const nodeName = pod.spec?.nodeName;
    if (!nodeName) return;
    this.#addresses.observe(pod);
    this.#images.observePod(pod);
    this.#decisions.observe(pod);
    this.#plan(pod, nodeName);
    this.#deferred.observe(pod, nodeName);
    this.#planDeferred(nodeName, keyOf(pod));
    if (isTerminal(pod)) this.#planShutdown(nodeName);
  }

  /** On a node that shuts down, the end of one Pod may be the turn of another. */
  #planShutdown(nodeName: string): void {
    const node = this.#nodes.get(nodeName);
    if (node && isShuttingDown(node)) this.#planNode(node);
  }

  #onPodGone(pod: Pod): void {
    const key = keyOf(pod);
    const nodeName = pod.spec?.nodeName ?? '';
    this.#decisions.forget(pod);
    this.#deferred.forget(key, nodeName);
    this.#due.forget(key);
    this.#memory.forget(key);
    this.#repeatedLines.forget(key);
    this.#addresses.release(pod);
    if (this.#nodes.get(nodeName)) this.#images.observePod(pod, this.#context.clock.now());
    this.#planDeferred(nodeName, key);
    this.#planShutdown(nodeName);
  }

  /** The node or a Pod there has changed: there may be room now for the others. */
  #planDeferred(nodeName: string, changed?: NamespacedKey): void {
    for (const key of this.#deferred.of(nodeName)) {
      const pod = this.#pods.get(key);
      if (pod && key !== changed) this.#plan(pod, nodeName);
    }
  }

  #planNode(node: Node): void {
    const nodeName = node.metadata.name ?? '';
    for (const pod of this.#pods.byIndex(INDEX_NODE_NAME, nodeName)) this.#plan(pod, nodeName);
  }

  /** Pods that wait for their volumes need not wait until they look again. */
  #planUnmounted(node: Node): void {
    const nodeName = node.metadata.name ?? '';
    for (const pod of this.#pods.byIndex(INDEX_NODE_NAME, nodeName)) {
      if (pod.status?.podIP !== undefined || claimNamesOf(pod).length === 0) continue;
      this.#memory.endWait(keyOf(pod));
      this.#plan(pod, nodeName);
    }
  }

  #plan(actual: Pod, nodeName: string): void {
    const node = this.#nodes.get(nodeName);
    const key = keyOf(actual);
    if (!node || !this.#isAtWork(node)) {
      this.#due.forget(key);
      this.#repeatedLines.forget(key);
      return;
    }
    const pod = this.#simulation.seen(actual, node);
    this.#repeatedLines.observe(key, pod);
    const ctx = this.#contextOf(pod, node);
    const planned = nextPodStage(this.#stages, pod, ctx);
    if (!planned) {
      this.#due.forget(key);
      return;
    }
    const { stage } = planned;
    const { uid } = pod.metadata;
    const lookMs = stage.readsSources ? this.#memory.msToNextLook(key, uid, ctx.nowMs) : 0;
    const stepMs = this.#memory.msToNextStep(key, uid, ctx.nowMs);
    const delayMs = Math.max(lookMs, stepMs, planned.delayMs);
    this.#due.plan(key, shardKeyOf(nodeName), { stage, delayMs });
  }

  async #step(key: NamespacedKey, stage: PodStage): Promise<void> {
    const actual = this.#pods.get(key);
    const node = actual && this.#nodes.get(actual.spec?.nodeName ?? '');
    if (!node || !this.#isAtWork(node)) return;
    const pod = this.#simulation.seen(actual, node);
    try {
      const sources = stage.readsSources && needsSources(pod) ? await this.#read(pod) : NO_SOURCES;
      const ctx = this.#contextOf(pod, node, sources);
      // The Pod may have changed since the plan was made, in another process's run for instance.
      if (!stage.matches(pod, ctx)) return;
      const transition = withoutNoChange(stage.next(pod, ctx), actual);
      this.#noteDecision(pod, transition);
      this.#guard(pod, stage, transition, ctx);
      this.#remember(pod, transition, ctx.nowMs);
      await this.#apply(actual, transition, ctx.nowMs);
    } catch (thrown) {
      this.#onFailure(pod, stage, thrown);
    }
  }

  #read(pod: Pod): Promise<PodSources> {
    return readPodSources(this.#clientFor(pod.spec?.nodeName ?? ''), pod);
  }

  #remember(pod: Pod, { announces, status, waits }: PodTransition, nowMs: number): void {
    const key = keyOf(pod);
    const { uid } = pod.metadata;
    if (announces) this.#memory.announce(key, uid, announces, nowMs);
    if (waits) this.#memory.wait(key, uid, nowMs);
    else if (status) this.#memory.endWait(key);
  }

  /** A stage that changes nothing would be due again at once: it is told of, and its Pod waits. */
  #guard(pod: Pod, { name }: PodStage, transition: PodTransition, ctx: PodContext): void {
    const { announces = [], delete: remove, preempts, status, waits } = transition;
    const key = keyOf(pod);
    const says = announces.some((what) => ctx.announcedMs(what) === undefined);
    if (status || remove || waits || says || preempts) this.#memory.noteProgress(key);
    else if (this.#memory.noteFruitless(key, pod.metadata.uid, ctx.nowMs)) {
      this.#context.logger.warn('pod stage changes nothing, so it waits', {
        pod: key,
        stage: name,
      });
    }
  }

  async #apply(pod: Pod, transition: PodTransition, nowMs: number): Promise<void> {
    const { delete: remove, events = [], status } = transition;
    const nodeName = pod.spec?.nodeName ?? '';
    const client = this.#clientFor(nodeName);
    const { name = '', namespace, uid } = pod.metadata;
    if (status) {
      await client.update(corePods, { ...pod, status }, { subresource: 'status' });
      const seen = this.#simulation.seen(pod, this.#nodes.get(nodeName));
      for (const line of linesOfTransition(seen, status, nowMs)) this.#containerLog.write(line);
    }
    if (remove) {
      const preconditions = uid === undefined ? {} : { uid };
      await client.delete(corePods, { namespace, name }, { gracePeriodSeconds: 0, preconditions });
    }
    for (const victim of transition.preempts ?? []) {
      await this.#preempt(keyOf(victim), client, nowMs);
    }
    // Nothing comes back of what was not written: the Pod goes on from what it was.
    if (!status && !remove) this.#plan(pod, nodeName);
    if (events.length === 0) return;
    const recorder = this.#recorderFor(client, pod);
    for (const note of events) recorder.record(pod, note);
  }

  /** Ends a Pod to make room for another, which counts on it from then on. */
  async #preempt(key: NamespacedKey, client: ApiClient, nowMs: number): Promise<void> {
    const pod = this.#pods.get(key);
    if (!pod) return;
    const recorder = this.#recorderFor(client, pod);
    const ended = await preemptPod(pod, { client, recorder, nowMs });
    if (ended) this.#decisions.noteChange(ended);
  }

  #recorderFor(client: ApiClient, { spec }: Pod): EventRecorder {
    return this.#context.events.withClient(client).withSource('kubelet', spec?.nodeName ?? '');
  }

  #onFailure(pod: Pod, stage: PodStage, thrown: unknown): void {
    const key = keyOf(pod);
    const nodeName = pod.spec?.nodeName ?? '';
    this.#decisions.forget(pod);
    // A Pod that has changed or gone meanwhile is planned anew by its own event.
    if (isApiError(thrown, 'Conflict', 'NotFound')) return;
    this.#context.logger.warn('pod stage failed, trying again', {
      pod: key,
      stage: stage.name,
      error: toError(thrown),
    });
    this.#due.plan(key, shardKeyOf(nodeName), { stage, delayMs: RETRY_MS });
  }

  /** Until the informer shows it, a Pod counts against its node by this. */
  #noteDecision(pod: Pod, { status }: PodTransition): void {
    if (!status) return;
    const isNew = pod.status?.startTime === undefined;
    if (isNew && status.phase !== 'Failed') this.#decisions.noteAdmission(pod);
    if (isPodResized(pod)) this.#decisions.noteChange({ ...pod, status });
  }

  *#neighboursOf(pod: Pod, node: Node): Generator<Pod> {
    const all = this.#pods.byIndex(INDEX_NODE_NAME, node.metadata.name ?? '');
    for (const other of this.#decisions.holders(all)) {
      if (other.metadata.uid !== pod.metadata.uid) yield this.#simulation.seen(other, node);
    }
  }

  #shortageOf(pod: Pod, node: Node): Shortage | undefined {
    const nowMs = this.#context.clock.now();
    const imageBytes = this.#images.bytesOn(node.metadata.name ?? '');
    const pods = [pod, ...this.#neighboursOf(pod, node)];
    const declared = this.#simulation.pressures(node, nowMs);
    return actingShortage({ node, pods, imageBytes, nowMs }, declared);
  }

  /** Not while a fault cuts the node off. */
  #isAtWork(node: Node): boolean {
    return isAtWork(node) && !this.#simulation.faults.isSilenced(node, this.#context.clock.now());
  }

  #contextOf(pod: Pod, node: Node, sources: PodSources = NO_SOURCES): PodContext {
    const { clock, random } = this.#context;
    const { faults } = this.#simulation;
    const nodeName = node.metadata.name ?? '';
    const key = keyOf(pod);
    const timeMs = clock.now();
    return {
      node,
      nowMs: timeMs + faults.clockOffsetMs(node, timeMs),
      random,
      settings: this.#settings,
      sources,
      shortage: () => this.#shortageOf(pod, node),
      images: this.#images.on(nodeName),
      pulls: this.#pulls.on(node, timeMs),
      pullSlowdown: faults.pullSlowdown(node, timeMs),
      crash: faults.crashOf(pod, node, timeMs),
      announcedMs: (what) => this.#memory.announcedMs(key, pod.metadata.uid, what),
      neighbours: () => this.#neighboursOf(pod, node),
      assignPodIps: () => this.#addresses.assign(pod, node),
    };
  }
}

/** A status that is what the Pod has is no change. */
function withoutNoChange(transition: PodTransition, { status: current }: Pod): PodTransition {
  const { status, ...others } = transition;
  return status && deepEqual(status, current) ? others : transition;
}

/** Whether the node has changed in a way that all of its Pods must be looked at for. */
function isChanged(previous: Node, node: Node): boolean {
  return (
    isAtWork(previous) !== isAtWork(node) ||
    previous.spec?.podCIDR !== node.spec?.podCIDR ||
    shutdownStartMs(previous) !== shutdownStartMs(node) ||
    pressuresOf(previous).length !== pressuresOf(node).length
  );
}

/** Whether our kubelet runs Pods on the node. */
function isAtWork(node: Node): boolean {
  return isServed(node) && isRegistered(node);
}
