/**
 * Mirroring: Endpoints that somebody made by hand, for a Service without a selector, are shown as EndpointSlices too, so that
 * those who read only slices find them. Invariant: it plans only on slices that include its own last writes, because their
 * names are made up by the API.
 */

import type { BackoffOptions } from '../../lib/backoff.ts';
import { toError } from '../../lib/errors.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import {
  coreEndpoints,
  coreServices,
  discoveryEndpointSlices,
} from '../../scheme/generated/resources.ts';
import type { Endpoints, Service } from '../../scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import {
  isMirrored,
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  MAX_ENDPOINTS_PER_SUBSET,
  MIRRORED_BY_CONTROLLER,
  type MirrorPlan,
  planMirror,
} from './plan.ts';

const REASON_INVALID_ADDRESS = 'InvalidIPAddress';
const REASON_TOO_MANY = 'TooManyAddressesToMirror';

/** Kubernetes' numbers: as for the slices of Services at first, and then more often. */
const FAILURE_BACKOFF: BackoffOptions = { baseMs: 1_000, maxMs: 100_000 };

const INDEX_MIRRORED = 'mirrorOf';
const NO_VALUES: readonly string[] = [];

/** Its keys are those of Endpoints. */
export function createEndpointSliceMirroringController(): Controller {
  return {
    name: 'endpointslice-mirroring',
    serviceAccount: 'endpointslicemirroring-controller',
    failureBackoff: FAILURE_BACKOFF,
    setUp(context) {
      const mirror = new Mirror(context);
      return async (key) => {
        await mirror.reconcile(key);
        return done;
      };
    },
  };
}

class Mirror {
  readonly #context: ControllerContext;
  readonly #endpoints: Informer<Endpoints>;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  /** Endpoints whose slices were written since the informer was known to have caught up. */
  readonly #written = new Set<string>();

  constructor(context: ControllerContext) {
    const { informers, queue } = context;
    const events = context.events.withSource('endpoint-slice-mirroring-controller');
    this.#context = { ...context, events };
    this.#endpoints = informers.informer(coreEndpoints);
    this.#services = informers.informer(coreServices);
    this.#slices = informers.informer(discoveryEndpointSlices);
    this.#slices.addIndex(INDEX_MIRRORED, (slice) => mirrorKeyOf(slice) ?? NO_VALUES);
    const add = (object: Endpoints | Service): void => queue.add(keyOf(object));
    this.#endpoints.addHandler({ onAdd: add, onUpdate: (_, next) => add(next), onDelete: add });
    this.#services.addHandler({ onAdd: add, onUpdate: (_, next) => add(next), onDelete: add });
    const addMirror = (slice: EndpointSlice): void => {
      for (const key of mirrorKeyOf(slice) ?? NO_VALUES) queue.add(key);
    };
    this.#slices.addHandler({ onUpdate: (_, next) => addMirror(next), onDelete: addMirror });
  }

  async reconcile(key: string): Promise<void> {
    if (this.#written.has(key)) {
      await this.#slices.catchUp();
      this.#written.delete(key);
    }
    const endpoints = this.#endpoints.get(key);
    const isWanted = endpoints !== undefined && isMirrored(endpoints, this.#services.get(key));
    const plan = planMirror(
      isWanted ? endpoints : undefined,
      this.#slices.byIndex(INDEX_MIRRORED, key),
    );
    if (endpoints && isWanted) this.#report(endpoints, plan);
    if (plan.create.length + plan.remove.length + plan.update.length === 0) return;
    this.#written.add(key);
    await this.#carryOut(plan, key, endpoints?.metadata.deletionTimestamp === undefined);
  }

  async #carryOut(
    { create, remove, update }: MirrorPlan,
    key: string,
    mayCreate: boolean,
  ): Promise<void> {
    const { client } = this.#context;
    const carryOut = async (what: string, work: Promise<unknown>): Promise<void> => {
      try {
        await work;
      } catch (thrown) {
        // Ignored: all of it goes with its namespace.
        if (isNamespaceTerminating(thrown)) return;
        const { message } = toError(thrown);
        throw new Error(`failed to ${what} for Endpoints ${key}: ${message}`, { cause: thrown });
      }
    };
    for (const slice of mayCreate ? create : []) {
      await carryOut('create EndpointSlice', client.create(discoveryEndpointSlices, slice));
    }
    for (const slice of update) {
      const what = `update ${slice.metadata.name} EndpointSlice`;
      await carryOut(what, ignoreNotFound(client.update(discoveryEndpointSlices, slice)));
    }
    for (const { metadata } of remove) {
      const { name = '', namespace } = metadata;
      const deleted = client.delete(discoveryEndpointSlices, { namespace, name });
      await carryOut(`delete ${name} EndpointSlice`, ignoreNotFound(deleted));
    }
  }

  #report(endpoints: Endpoints, { invalid, skipped }: MirrorPlan): void {
    const warn = (reason: string, message: string): void =>
      this.#context.events.record(endpoints, { type: 'Warning', reason, message });
    if (invalid > 0) {
      const message = `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`;
      warn(REASON_INVALID_ADDRESS, message);
    }
    if (skipped > invalid) {
      const message = `A max of ${MAX_ENDPOINTS_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
      warn(REASON_TOO_MANY, message);
    }
  }
}

/** The key of the Endpoints that the slice mirrors; undefined for slices of others. */
function mirrorKeyOf({ metadata }: EndpointSlice): readonly string[] | undefined {
  const name = metadata.labels?.[LABEL_SERVICE_NAME];
  if (!name || metadata.labels?.[LABEL_MANAGED_BY] !== MIRRORED_BY_CONTROLLER) return undefined;
  return [namespacedKey(metadata.namespace, name)];
}
