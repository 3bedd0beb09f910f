/**
 * EndpointSlices: the addresses of the Pods that a Service selects, in slices of at most a hundred. Invariant: it plans
 * only on slices that include its own last writes, because their names are made up by the API.
 */
import type { BackoffOptions } from '../../lib/backoff.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import type { Informer } from '../../machinery/informer.ts';
import {
  coreNodes,
  corePods,
  coreServices,
  discoveryEndpointSlices,
} from '../../scheme/generated/resources.ts';
import type { Node, Service } from '../../scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import { concurrently } from '../shared/concurrently.ts';
import type { SelectedPods } from '../shared/selected-pods.ts';
import { selectorOf, servicePods } from '../shared/service-pods.ts';
import { TriggerTimes } from '../shared/trigger-times.ts';
import { DEFAULT_MAX_ENDPOINTS_PER_SLICE, planSlices, type SlicePlan } from './plan.ts';
import { isOwnedBy, serviceKeyOf } from './slice.ts';
import { wantsTopologyHints, zoneCapacity, zoneShares } from './topology.ts';

/** A burst of Pod changes becomes one pass over the Service's Pods in this time. */
const MIN_INTERVAL_MS = 100;
const WRITE_CONCURRENCY = 50;
/** Kubernetes' numbers: a change may mean many writes of slices, which are not tried again within milliseconds. */
const FAILURE_BACKOFF: BackoffOptions = { baseMs: 1_000, maxMs: 1_000_000 };

const REASON_UPDATE_FAILED = 'FailedToUpdateEndpointSlices';
const REASON_HINTS_DISABLED = 'TopologyAwareHintsDisabled';
const REASON_HINTS_ENABLED = 'TopologyAwareHintsEnabled';
const HINTS_DISABLED = 'Topology Aware Hints has been disabled';
const HINTS_ENABLED = 'Topology Aware Hints has been enabled';

/** Services that want topology aware hints, all under one value. */
const INDEX_HINTED = 'wantsTopologyHints';
const HINTED = 'yes';
const INDEX_SERVICE = 'managedForService';
const NO_VALUES: readonly string[] = [];

export interface EndpointSliceControllerOptions {
  /** @default 100 */
  readonly maxEndpointsPerSlice?: number;
}

/** Its keys are those of Services. */
export function createEndpointSliceController(
  options: EndpointSliceControllerOptions = {},
): Controller {
  return {
    name: 'endpointslice',
    concurrency: 5,
    minIntervalMs: MIN_INTERVAL_MS,
    failureBackoff: FAILURE_BACKOFF,
    setUp(context) {
      const max = options.maxEndpointsPerSlice ?? DEFAULT_MAX_ENDPOINTS_PER_SLICE;
      const reconciler = new EndpointSliceReconciler(context, max);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class EndpointSliceReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #maxEndpointsPerSlice: number;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #nodes: Informer<Node>;
  readonly #servicePods: SelectedPods<Service>;
  /** Services whose slices were written since the informer was known to have caught up. */
  readonly #written = new Set<string>();
  readonly #triggerTimes = new TriggerTimes();
  /** Services whose endpoints have topology aware hints, as far as this process has seen. */
  readonly #hinted = new Set<string>();
  /** Services with Pods on nodes that nobody has seen. */
  readonly #missingNodes = new Set<string>();

  constructor(context: ControllerContext, maxEndpointsPerSlice: number) {
    const { informers, queue } = context;
    this.#context = context;
    this.#events = context.events.withSource('endpoint-slice-controller');
    this.#maxEndpointsPerSlice = maxEndpointsPerSlice;
    this.#services = informers.informer(coreServices);
    this.#slices = informers.informer(discoveryEndpointSlices);
    this.#nodes = informers.informer(coreNodes);
    const pods = informers.informer(corePods);
    this.#servicePods = servicePods(this.#services, pods);
    this.#slices.addIndex(INDEX_SERVICE, (slice) => {
      const key = serviceKeyOf(slice);
      return key === undefined ? NO_VALUES : [key];
    });
    this.#services.addIndex(INDEX_HINTED, (service) =>
      wantsTopologyHints(service) ? [HINTED] : NO_VALUES,
    );
    this.#watchNodes();
    const add = (service: Service): void => queue.add(keyOf(service));
    this.#services.addHandler({ onAdd: add, onUpdate: (_, next) => add(next), onDelete: add });
    pods.addHandler(this.#servicePods.podHandler((key) => queue.add(key)));
    const addService = (slice: EndpointSlice): void => {
      const key = serviceKeyOf(slice);
      if (key !== undefined) queue.add(key);
    };
    this.#slices.addHandler({
      onAdd: (slice) => {
        // What a Service owns is what was made for it here; whatever else claims to be of one is to be put right.
        const service = this.#services.get(serviceKeyOf(slice) ?? '');
        if (!service || !isOwnedBy(slice, service)) addService(slice);
      },
      onUpdate: (previous, slice) => {
        if (serviceKeyOf(previous) !== serviceKeyOf(slice)) addService(previous);
        addService(slice);
      },
      onDelete: addService,
    });
  }

  /** Hints follow the CPUs of zones: a heartbeat, or a node of a cluster without such Services, costs nothing. */
  #watchNodes(): void {
    const addHinted = (): void => {
      for (const service of this.#services.byIndex(INDEX_HINTED, HINTED)) {
        this.#context.queue.add(keyOf(service));
      }
    };
    this.#nodes.addHandler({
      onAdd: () => {
        addHinted();
        for (const key of this.#missingNodes) this.#context.queue.add(key);
      },
      onUpdate: (previous, next) => {
        if (this.#services.byIndex(INDEX_HINTED, HINTED).length === 0) return;
        if (!deepEqual(zoneCapacity(previous), zoneCapacity(next))) addHinted();
      },
      onDelete: addHinted,
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const service = this.#services.get(key);
    if (!service) {
      // The garbage collector takes its slices.
      this.#written.delete(key);
      this.#hinted.delete(key);
      this.#triggerTimes.forget(key);
      this.#missingNodes.delete(key);
      return done;
    }
    if (!selectorOf(service)) return done;
    if (this.#written.has(key)) {
      await this.#slices.catchUp();
      this.#written.delete(key);
    }
    // One that is being deleted may be there for long (finalizers), and serves nobody any more.
    const slices = this.#slices
      .byIndex(INDEX_SERVICE, key)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const pods = this.#servicePods.podsOf(service);
    const plan = planSlices({
      service,
      pods,
      triggerTime: this.#triggerTimes.next(key, service, pods),
      nodeOf: (name) => this.#nodes.get(name),
      slices,
      maxEndpointsPerSlice: this.#maxEndpointsPerSlice,
      zoneShares: wantsTopologyHints(service) ? zoneShares(this.#nodes.list()) : undefined,
    });
    this.#reportHints(key, service, plan);
    const error = (await this.#carryOut(key, service, plan)) ?? this.#noteMissing(key, plan);
    if (error) {
      const message = `Error updating Endpoint Slices for Service ${key}: ${error.message}`;
      this.#events.record(service, { type: 'Warning', reason: REASON_UPDATE_FAILED, message });
      throw error;
    }
    return done;
  }

  /** Nodes that Pods name and nobody has seen: it is tried again, and when a node comes. */
  #noteMissing(key: string, { skipped: [pod] }: SlicePlan): Error | undefined {
    if (!pod) {
      this.#missingNodes.delete(key);
      return undefined;
    }
    this.#missingNodes.add(key);
    return new Error(`skipping Pod ${pod.name} for Service ${key}: Node ${pod.nodeName} Not Found`);
  }

  /** Tells when endpoints begin to have hints and lose them, and why they have none, whenever that may be news. */
  #reportHints(key: string, service: Service, { create, hintProblems, update }: SlicePlan): void {
    const say = (type: 'Normal' | 'Warning', reason: string, what: string, family: string): void =>
      this.#events.record(service, { type, reason, message: `${what}, addressType: ${family}` });
    const families = new Set([...create, ...update].map(({ addressType }) => addressType));
    const isHinted = wantsTopologyHints(service) && hintProblems.length === 0;
    const wasHinted = this.#hinted.has(key);
    if (isHinted) this.#hinted.add(key);
    else this.#hinted.delete(key);
    if (families.size === 0) return;
    for (const { addressType, problem } of hintProblems) {
      say('Warning', REASON_HINTS_DISABLED, problem, addressType);
    }
    if (isHinted === wasHinted || hintProblems.length > 0) return;
    for (const family of families) {
      if (isHinted) say('Normal', REASON_HINTS_ENABLED, HINTS_ENABLED, family);
      else say('Warning', REASON_HINTS_DISABLED, HINTS_DISABLED, family);
    }
  }

  /** @returns the first that went wrong */
  async #carryOut(key: string, service: Service, plan: SlicePlan): Promise<Error | undefined> {
    const { client } = this.#context;
    const { namespace = '' } = service.metadata;
    const writes: (() => Promise<unknown>)[] = [
      ...plan.update.map((slice) => () => client.update(discoveryEndpointSlices, slice)),
      ...plan.remove.map(
        ({ metadata: { name = '', uid = '' } }) =>
          () =>
            ignoreNotFound(
              client.delete(
                discoveryEndpointSlices,
                { namespace, name },
                { preconditions: { uid } },
              ),
            ),
      ),
    ];
    // One that is being deleted would make slices that the garbage collector has already looked for.
    if (!service.metadata.deletionTimestamp) {
      writes.push(
        ...plan.create.map((slice) => () => client.create(discoveryEndpointSlices, slice)),
      );
    }
    if (writes.length === 0) return undefined;
    this.#written.add(key);
    const errors = await concurrently(writes, WRITE_CONCURRENCY, (write) => write());
    return errors.find((one) => !isNamespaceTerminating(one));
  }
}
