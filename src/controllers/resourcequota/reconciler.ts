/**
 * Resource quotas: keeps what their status says is used exact when objects go, end or change, and when the quota does; what is
 * created is counted at admission. Invariant: a status is worked out on all that was created before the quota's version that it
 * is written on, because creating writes the quota as well.
 */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { coreResourceQuotas } from '../../scheme/generated/resources.ts';
import type { ResourceQuota, ResourceQuotaStatus } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import type { GroupResource, ResourceDefinition } from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { type CountedResource, countedResources } from './plan.ts';
import { quotaStatus } from './status.ts';
import { UsageMonitor } from './usage-monitor.ts';

/** A burst of deletions becomes one write of the quota in this time. */
const MIN_INTERVAL_MS = 200;

export interface ResourceQuotaControllerOptions {
  /** The served definition of a resource as it is now, custom ones included. */
  readonly findResource: (resource: GroupResource) => ResourceDefinition | undefined;
}

/** Its keys are those of ResourceQuotas. */
export function createResourceQuotaController(options: ResourceQuotaControllerOptions): Controller {
  return {
    name: 'resourcequota',
    minIntervalMs: MIN_INTERVAL_MS,
    singleton: true,
    setUp(context) {
      const reconciler = new ResourceQuotaReconciler(context, options);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class ResourceQuotaReconciler {
  readonly #context: ControllerContext;
  readonly #options: ResourceQuotaControllerOptions;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #monitor: UsageMonitor;

  constructor(context: ControllerContext, options: ResourceQuotaControllerOptions) {
    const { informers, queue } = context;
    this.#context = context;
    this.#options = options;
    this.#quotas = informers.informer(coreResourceQuotas);
    this.#monitor = new UsageMonitor(informers, (quota) => queue.add(quota));
    const add = (quota: ResourceQuota): void => queue.add(keyOf(quota));
    this.#quotas.addHandler({
      onAdd: add,
      onUpdate: (_, quota) => add(quota),
      onDelete: (quota) => this.#monitor.forget(quota),
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const quota = this.#quotas.get(key);
    if (!quota) return done;
    const counted = countedResources(quota, this.#options.findResource);
    await this.#monitor.ready(counted);
    let { nextEndMs, status } = this.#assess(quota, counted);
    if (status) {
      await this.#monitor.catchUp(counted);
      ({ nextEndMs, status } = this.#assess(quota, counted));
    }
    if (status) await this.#write({ ...quota, status });
    // Deleted meanwhile: what was added up since has nobody to forget it.
    if (!this.#quotas.get(key)) this.#monitor.forget(quota);
    // An object counts up to and including the millisecond of its end.
    const { clock } = this.#context;
    return nextEndMs === undefined ? done : requeueAfter(nextEndMs + 1 - clock.now());
  }

  /** What the status should be, if another, and when that will change by itself. */
  #assess(quota: ResourceQuota, counted: readonly CountedResource[]): Assessment {
    const { amounts, nextEndMs } = this.#monitor.usageOf(quota, counted, this.#context.clock.now());
    return { status: quotaStatus(quota, amounts), nextEndMs };
  }

  async #write(quota: ResourceQuota): Promise<void> {
    const { client } = this.#context;
    await ignoreNotFound(client.update(coreResourceQuotas, quota, { subresource: 'status' }));
  }
}

interface Assessment {
  readonly status: ResourceQuotaStatus | undefined;
  readonly nextEndMs: number | undefined;
}
