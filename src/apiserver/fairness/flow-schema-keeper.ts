import { systemClock, type Timer, toRfc3339 } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  flowcontrolFlowSchemas,
  flowcontrolPriorityLevelConfigurations,
} from '../../scheme/generated/resources.ts';
import type { FlowSchema } from '../../scheme/generated/types/flowcontrol-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';
import { APISERVER_USER } from '../authentication/identities.ts';
import { CacheFollower } from '../cache-follower.ts';
import { execute } from '../registry/plan.ts';
import type { Registry } from '../registry/registry.ts';
import { planStatusUpdate } from '../registry/status-update.ts';
import { currentOf } from '../registry/update.ts';
import { createWriteScope } from '../registry/write-scope.ts';
import { withDanglingCondition } from './dangling.ts';

/** How long to wait before what failed (PostgreSQL away) is tried again, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** As Kubernetes calls the part of its server that writes them. */
const FIELD_MANAGER = 'api-priority-and-fairness-config-consumer-v1';

/** Writes which FlowSchemas name a priority level that is not there. Every API server may: they all come to the same. */
export class FlowSchemaKeeper {
  readonly #registry: Registry;
  readonly #followers: readonly CacheFollower<ApiObject>[];
  #working: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isDue = false;
  #isStopped = false;

  constructor(registry: Registry) {
    this.#registry = registry;
    const { logger, store } = registry;
    const onChange = (): void => void this.#work();
    this.#followers = [flowcontrolFlowSchemas, flowcontrolPriorityLevelConfigurations].map(
      ({ group, resource }) =>
        new CacheFollower({ store, logger, resource: { group, resource }, onChange }),
    );
  }

  /** Resolves when the statuses say what is so now. */
  async start(): Promise<void> {
    this.#isStopped = false;
    await Promise.all(this.#followers.map((follower) => follower.start()));
    await this.#work();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const follower of this.#followers) follower.stop();
  }

  #work(): Promise<void> {
    this.#isDue = true;
    this.#working ??= this.#workThrough()
      .catch((thrown) => this.#onFailure(thrown))
      .finally(() => {
        this.#working = undefined;
      });
    return this.#working;
  }

  async #workThrough(): Promise<void> {
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      const levels = await this.#cacheOf(flowcontrolPriorityLevelConfigurations);
      const schemas = await this.#cacheOf(flowcontrolFlowSchemas);
      const { items } = schemas.list();
      await Promise.all(items.map((schema) => this.#keep(schema as FlowSchema, levels)));
    }
  }

  #cacheOf({ group, resource }: ResourceRef): Promise<ResourceCache> {
    return this.#registry.store.cache({ group, resource });
  }

  async #keep(schema: FlowSchema, levels: ResourceCache): Promise<void> {
    if (this.#judge(schema, levels) === schema) return;
    const resource = this.#registry.resources.resolve(flowcontrolFlowSchemas);
    await resource.ready();
    const { name = '' } = schema.metadata;
    const scope = createWriteScope(this.#registry, { user: APISERVER_USER }, resource, {
      fieldManager: FIELD_MANAGER,
    });
    const planner = () => {
      const current = currentOf(scope, { name }) as FlowSchema;
      return planStatusUpdate(scope, current, this.#judge(current, levels));
    };
    try {
      await execute(this.#registry, { planner, caches: resource.caches }, {});
    } catch (thrown) {
      // Ignored: it was deleted meanwhile.
      if (!isApiError(thrown, 'NotFound')) throw thrown;
    }
  }

  #judge(schema: FlowSchema, levels: ResourceCache): FlowSchema {
    const { name = '' } = schema.spec?.priorityLevelConfiguration ?? {};
    const exists = levels.get('', name) !== undefined;
    return withDanglingCondition(schema, exists, toRfc3339(this.#registry.clock.now()));
  }

  #onFailure(thrown: unknown): void {
    if (this.#isStopped) return;
    this.#registry.logger.warn('the status of flow schemas could not be written', {
      error: toError(thrown),
    });
    this.#timer ??= systemClock.setTimer(RETRY_AFTER_MS, () => {
      this.#timer = undefined;
      void this.#work();
    });
  }
}
