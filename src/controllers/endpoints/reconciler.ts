/** Endpoints: the addresses of the Pods that a Service selects, in one object of its name. */

import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import type { Informer } from '../../machinery/informer.ts';
import { coreEndpoints, corePods, coreServices } from '../../scheme/generated/resources.ts';
import type { Endpoints, Service } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import type { SelectedPods } from '../shared/selected-pods.ts';
import { selectorOf, servicePods } from '../shared/service-pods.ts';
import { TriggerTimes } from '../shared/trigger-times.ts';
import { LABEL_MANAGED_BY, MANAGED_BY_CONTROLLER, planEndpoints } from './plan.ts';

/** The object is written whole with each change, and superseded by EndpointSlices: it may lag a little. */
const MIN_INTERVAL_MS = 500;

export function createEndpointsController(): Controller {
  return {
    name: 'endpoints',
    serviceAccount: 'endpoint-controller',
    concurrency: 5,
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new EndpointsReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class EndpointsReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #services: Informer<Service>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #servicePods: SelectedPods<Service>;
  readonly #triggerTimes = new TriggerTimes();

  constructor(context: ControllerContext) {
    const { informers, queue, events } = context;
    this.#context = context;
    this.#events = events.withSource('endpoint-controller');
    this.#services = informers.informer(coreServices);
    this.#endpoints = informers.informer(coreEndpoints);
    const pods = informers.informer(corePods);
    this.#servicePods = servicePods(this.#services, pods);
    const add = (service: Service): void => queue.add(keyOf(service));
    this.#services.addHandler({ onAdd: add, onUpdate: (_, next) => add(next), onDelete: add });
    pods.addHandler(this.#servicePods.podHandler((key) => queue.add(key)));
    this.#endpoints.addHandler({
      // What a Service left behind while nobody looked.
      onAdd: (endpoints) => {
        if (isOurs(endpoints) && !this.#services.get(keyOf(endpoints))) queue.add(keyOf(endpoints));
      },
      onDelete: (endpoints) => queue.add(keyOf(endpoints)),
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const service = this.#services.get(key);
    const current = this.#endpoints.get(key);
    if (!service) {
      this.#triggerTimes.forget(key);
      // Endpoints go with their Service, whoever made them.
      if (current) await this.#delete(current);
      return done;
    }
    if (!selectorOf(service)) return done;
    const pods = this.#servicePods.podsOf(service);
    const next = planEndpoints(service, pods, current, this.#triggerTimes.next(key, service, pods));
    if (!next) return done;
    const { client } = this.#context;
    try {
      if (current) await client.update(coreEndpoints, next as Endpoints);
      else await client.create(coreEndpoints, next);
    } catch (thrown) {
      if (isNamespaceTerminating(thrown)) return done;
      this.#recordFailure(service, current, toError(thrown));
      throw thrown;
    }
    return done;
  }

  async #delete({ metadata: { namespace, name = '', uid = '' } }: Endpoints): Promise<void> {
    await ignoreNotFound(
      this.#context.client.delete(coreEndpoints, { namespace, name }, { preconditions: { uid } }),
    );
  }

  #recordFailure(service: Service, current: Endpoints | undefined, error: Error): void {
    const name = keyOf(service);
    this.#events.record(service, {
      type: 'Warning',
      reason: current ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint',
      message: current
        ? `Failed to update endpoint ${name}: ${error.message}`
        : `Failed to create endpoint for service ${name}: ${error.message}`,
    });
  }
}

function isOurs({ metadata }: Endpoints): boolean {
  return metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY_CONTROLLER;
}
