/**
 * Node lifecycle: Nodes that fall silent become Unknown, and taints say so to scheduler and Pods. Heartbeats are kept in
 * memory, so only one process does this at a time. Invariant: a heartbeat costs no read, no write and no job.
 */
import type { Timer } from '../../lib/clock.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { addNodeNameIndex } from '../../machinery/indexes.ts';
import { INDEX_NODE_NAME, type Informer } from '../../machinery/informer.ts';
import { coordinationLeases, coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Lease } from '../../scheme/generated/types/coordination-v1.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { isNodeReady, nodeReadyCondition } from '../shared/nodes.ts';
import { EvictionTurns } from './eviction-turns.ts';
import { NodeHealth } from './health.ts';
import { isNewsOfNode, planNode } from './plan.ts';
import { withoutReadiness, withUnknownConditions } from './status.ts';
import {
  DEFAULT_EVICTION_RATES,
  type EvictionRates,
  evictionRate,
  isFullyDisrupted,
  ZoneCensus,
  zoneOf,
} from './zones.ts';

export const REASON_NODE_NOT_READY = 'NodeNotReady';
export const REASON_REGISTERED_NODE = 'RegisteredNode';
export const REASON_REMOVING_NODE = 'RemovingNode';

/** A Node waits for several writes in a row: of a zone that falls silent, many wait together, and share commits. */
const NODE_CONCURRENCY = 64;
const POD_CONCURRENCY = 50;
/** A Node older than this was registered before: a restart has nothing to tell of it. */
const NEW_NODE_MS = 60_000;

export interface NodeLifecycleOptions {
  /** How long a Node may be silent before it is Unknown. @default 50_000 */
  readonly nodeMonitorGracePeriodMs?: number;
  /** How often silence is looked for at least; a Node whose time is up before that is looked for then. @default 5_000 */
  readonly nodeMonitorPeriodMs?: number;
  /** How long a new Node may take to report for the first time. @default 60_000 */
  readonly nodeStartupGracePeriodMs?: number;
  /** @default Kubernetes' rates */
  readonly evictionRates?: EvictionRates;
}

/** Its keys are names of Nodes. */
export function createNodeLifecycleController(options: NodeLifecycleOptions = {}): Controller {
  return {
    name: 'node-lifecycle',
    serviceAccount: 'node-controller',
    concurrency: NODE_CONCURRENCY,
    singleton: true,
    setUp(context) {
      const lifecycle = new NodeLifecycle(context, options);
      return (name) => lifecycle.reconcile(name);
    },
  };
}

class NodeLifecycle {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #health: NodeHealth;
  readonly #zones = new ZoneCensus();
  readonly #turns = new EvictionTurns();
  readonly #rates: EvictionRates;
  readonly #periodMs: number;
  #isFullyDisrupted = false;
  #monitorTimer: Timer | undefined;
  #turnsTimer: Timer | undefined;

  constructor(context: ControllerContext, options: NodeLifecycleOptions) {
    const { informers, events, signal } = context;
    this.#context = context;
    this.#events = events.withSource('node-controller');
    this.#rates = options.evictionRates ?? DEFAULT_EVICTION_RATES;
    this.#periodMs = options.nodeMonitorPeriodMs ?? 5_000;
    this.#health = new NodeHealth({
      monitorMs: options.nodeMonitorGracePeriodMs ?? 50_000,
      startupMs: options.nodeStartupGracePeriodMs ?? 60_000,
    });
    this.#nodes = informers.informer(coreNodes);
    this.#pods = informers.informer(corePods);
    addNodeNameIndex(this.#pods);
    this.#watch();
    this.#armMonitor();
    signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  async reconcile(name: string): Promise<ReconcileResult> {
    const { client, clock } = this.#context;
    const known = this.#nodes.get(name);
    if (!known || known.metadata.deletionTimestamp) return done;
    const reported = this.#health.isOverdue(name, clock.now())
      ? await this.#reportSilence(known)
      : known;
    const { node, awaitsEviction } = planNode({
      node: reported,
      isEvictionStopped: this.#isFullyDisrupted,
      takeEvictionTurn: () => this.#turns.take(zoneOf(reported), name, clock.now()),
      nowMs: clock.now(),
    });
    if (awaitsEviction) this.#armTurns();
    else this.#turns.withdraw(name);
    if (node !== reported) await client.update(coreNodes, node);
    if (nodeReadyCondition(reported)?.status === 'Unknown') await this.#markPodsNotReady(name);
    return done;
  }

  async #reportSilence(node: Node): Promise<Node> {
    const { client, clock } = this.#context;
    const silent = withUnknownConditions(node, clock.now());
    if (silent === node) return node;
    const updated = await client.update(coreNodes, silent, { subresource: 'status' });
    if (isNodeReady(node)) {
      this.#events.record(node, {
        type: 'Normal',
        reason: REASON_NODE_NOT_READY,
        message: `Node ${node.metadata.name} status is now: NodeNotReady`,
      });
    }
    return updated;
  }

  /** Services stop sending to Pods of a Node that nobody hears from; the Pods themselves may well go on. */
  async #markPodsNotReady(nodeName: string): Promise<void> {
    const { client, clock } = this.#context;
    const pods = this.#pods.byIndex(INDEX_NODE_NAME, nodeName);
    throwFirst(
      await concurrently(pods, POD_CONCURRENCY, async (pod) => {
        const marked = withoutReadiness(pod, clock.now());
        if (!marked) return;
        await ignoreNotFound(client.update(corePods, marked, { subresource: 'status' }));
        this.#events.record(pod, {
          type: 'Warning',
          reason: REASON_NODE_NOT_READY,
          message: 'Node is not ready',
        });
      }),
    );
  }

  #watch(): void {
    const { informers, queue } = this.#context;
    this.#nodes.addHandler({
      onAdd: (node) => {
        this.#observe(node);
        this.#recordRegistration(node);
        queue.add(node.metadata.name ?? '');
      },
      onUpdate: (previous, node) => {
        this.#observe(node);
        if (isNewsOfNode(previous, node)) queue.add(node.metadata.name ?? '');
      },
      onDelete: (node) => this.#onDelete(node),
    });
    const leases = informers.informer(coordinationLeases);
    leases.addHandler({
      onAdd: (lease) => this.#observeLease(lease),
      onUpdate: (_, lease) => this.#observeLease(lease),
    });
    this.#pods.addHandler({
      onAdd: (pod) => this.#onBinding(undefined, pod),
      onUpdate: (previous, pod) => this.#onBinding(previous, pod),
    });
  }

  #observe(node: Node): void {
    this.#health.observeNode(node, this.#context.clock.now());
    this.#count(node);
  }

  #observeLease(lease: Lease): void {
    const wasSilent = this.#health.observeLease(lease, this.#context.clock.now());
    const node = wasSilent ? this.#nodes.get(lease.metadata.name ?? '') : undefined;
    if (node) this.#count(node);
  }

  /** A Node that is about to be reported silent counts as that. */
  #count(node: Node): void {
    this.#zones.count(
      node,
      isNodeReady(node) && !this.#health.silent.has(node.metadata.name ?? ''),
    );
  }

  /** A Pod that comes to a silent Node is not ready from the start. */
  #onBinding(previous: Pod | undefined, pod: Pod): void {
    const nodeName = pod.spec?.nodeName;
    if (!nodeName || previous?.spec?.nodeName === nodeName) return;
    const node = this.#nodes.get(nodeName);
    if (node && nodeReadyCondition(node)?.status === 'Unknown') this.#context.queue.add(nodeName);
  }

  #recordRegistration(node: Node): void {
    const createdMs = Date.parse(node.metadata.creationTimestamp ?? '');
    if (this.#context.clock.now() - createdMs > NEW_NODE_MS) return;
    this.#events.record(node, {
      type: 'Normal',
      reason: REASON_REGISTERED_NODE,
      message: `Node ${node.metadata.name} event: Registered Node ${node.metadata.name} in Controller`,
    });
  }

  #onDelete(node: Node): void {
    const { name = '' } = node.metadata;
    this.#health.forget(name);
    this.#zones.forget(name);
    this.#turns.withdraw(name);
    this.#events.record(node, {
      type: 'Normal',
      reason: REASON_REMOVING_NODE,
      message: `Node ${name} event: Removing Node ${name} from Controller`,
    });
  }

  #armMonitor(): void {
    const { clock, signal } = this.#context;
    const waitMs = this.#health.msToNextLook(clock.now(), this.#periodMs);
    this.#monitorTimer = clock.setTimer(waitMs, () => {
      if (signal.aborted) return;
      this.#monitor();
      this.#armMonitor();
    });
  }

  #stop(): void {
    this.#monitorTimer?.cancel();
    this.#turnsTimer?.cancel();
  }

  /** Wakes when the next turn comes that a Node waits for. */
  #armTurns(): void {
    const { clock, queue, signal } = this.#context;
    this.#turnsTimer?.cancel();
    const nextMs = this.#turns.nextTurnMs();
    if (nextMs === undefined || signal.aborted) return;
    this.#turnsTimer = clock.setTimer(nextMs - clock.now(), () => {
      for (const name of this.#turns.grant(clock.now())) queue.add(name);
      this.#armTurns();
    });
  }

  /** Looks at memory alone, and at no Node that is well: who has been silent too long, and how the zones are. */
  #monitor(): void {
    const { clock, queue } = this.#context;
    const nowMs = clock.now();
    for (const name of this.#health.findSilent(nowMs)) {
      const node = this.#nodes.get(name);
      if (node) this.#count(node);
    }
    const wasFullyDisrupted = this.#isFullyDisrupted;
    this.#judgeZones(nowMs);
    if (wasFullyDisrupted !== this.#isFullyDisrupted) this.#reconsiderAll();
    for (const name of this.#health.silent) {
      const node = this.#nodes.get(name);
      if (node && withUnknownConditions(node, nowMs) !== node) queue.add(name);
    }
  }

  /** Whether Pods are evicted at all has changed. */
  #reconsiderAll(): void {
    for (const node of this.#nodes.list()) {
      this.#count(node);
      if (!isNodeReady(node)) this.#context.queue.add(node.metadata.name ?? '');
    }
  }

  #judgeZones(nowMs: number): void {
    const { counts } = this.#zones;
    for (const [zone, count] of counts) {
      this.#turns.setRate(zone, evictionRate(count, this.#rates), nowMs);
    }
    const isDisrupted = isFullyDisrupted(counts, this.#rates);
    if (this.#isFullyDisrupted && !isDisrupted) this.#health.restartAll(nowMs);
    this.#isFullyDisrupted = isDisrupted;
    this.#armTurns();
  }
}
