import { toRfc3339 } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { judgeDefinition, takenNames } from '../../scheme/custom-resources/accept-names.ts';
import {
  completeTermination,
  continueTermination,
  isBeingCleanedUp,
} from '../../scheme/custom-resources/terminating.ts';
import { isApiError } from '../../scheme/errors.ts';
import { apiextensionsCustomResourceDefinitions } from '../../scheme/generated/resources.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionStatus,
} from '../../scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { CommitGuard } from '../../store/store.ts';
import { APISERVER_USER } from '../authentication/identities.ts';
import { execute, type Plan } from '../registry/plan.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { planStatusUpdate } from '../registry/status-update.ts';
import { unchanged } from '../registry/storing.ts';
import { currentOf } from '../registry/update.ts';
import { createWriteScope, type WriteScope } from '../registry/write-scope.ts';
import { InstanceCleaner } from './instance-cleaner.ts';

/** Looks after definitions: writes what their status should say, and empties those that are deleted. */
export class DefinitionKeeper {
  readonly #registry: Registry;
  readonly #cleaner: InstanceCleaner;

  /** @param onProgress Called when there may be something to do again about a definition that is being deleted. */
  constructor(registry: Registry, onProgress: () => void) {
    this.#registry = registry;
    this.#cleaner = new InstanceCleaner(registry, onProgress);
  }

  stop(): void {
    this.#cleaner.stop();
  }

  /** Does what there is to do about `definition`; nothing, most of the time. */
  async keep(definition: CustomResourceDefinition): Promise<void> {
    const resource = this.#registry.resources.resolve(apiextensionsCustomResourceDefinitions);
    await resource.ready();
    if (isBeingCleanedUp(definition)) return this.#cleanUp(resource, definition);
    if (definition.metadata.deletionTimestamp) return;
    if (deepEqual(this.#statusOf(resource, definition), definition.status)) return;
    const name = definition.metadata.name ?? '';
    await this.#write(resource, (scope) => this.#planStatus(scope, name));
  }

  async #cleanUp(resource: ServedResource, definition: CustomResourceDefinition): Promise<void> {
    if ((await this.#cleaner.remaining(definition)) === 0) {
      return this.#writeTermination(resource, definition, completeTermination);
    }
    await this.#writeTermination(resource, definition, continueTermination);
    await this.#cleaner.clean(definition);
    // What goes at once leaves nothing to wait for; the rest is heard of when it changes.
    if ((await this.#cleaner.remaining(definition)) === 0) {
      await this.#writeTermination(resource, definition, completeTermination);
    }
  }

  async #writeTermination(
    resource: ServedResource,
    { metadata: { name = '' } }: CustomResourceDefinition,
    step: typeof completeTermination,
  ): Promise<void> {
    const now = toRfc3339(this.#registry.clock.now());
    await this.#write(resource, (scope) => {
      const current = currentOf(scope, { name }) as CustomResourceDefinition;
      if (!isBeingCleanedUp(current)) return unchanged(current);
      return planStatusUpdate(scope, current, step(current, now) as ApiObject);
    });
    if (step === completeTermination) this.#cleaner.forget(name);
  }

  async #write(
    resource: ServedResource,
    plan: (scope: WriteScope) => MaybePromise<Plan>,
  ): Promise<void> {
    const scope = createWriteScope(this.#registry, { user: APISERVER_USER }, resource, {});
    try {
      await execute(this.#registry, { planner: () => plan(scope), caches: resource.caches }, {});
    } catch (thrown) {
      // Ignored: it was deleted meanwhile.
      if (!isApiError(thrown, 'NotFound')) throw thrown;
    }
  }

  /**
   * Names that are free may be taken only while nobody else in the group takes them: every other definition must still be
   * what it was when the status is written.
   */
  #planStatus(scope: WriteScope, name: string): MaybePromise<Plan> {
    const { resource } = scope;
    const current = currentOf(scope, { name }) as CustomResourceDefinition;
    const status = this.#statusOf(resource, current);
    const next: CustomResourceDefinition = { ...current, status };
    return andThen(planStatusUpdate(scope, current, next as ApiObject), (plan) => ({
      ...plan,
      guards: [...plan.guards, ...guardsOf(resource, current)],
    }));
  }

  #statusOf(
    resource: ServedResource,
    definition: CustomResourceDefinition,
  ): CustomResourceDefinitionStatus {
    const others = resource.cache.list().items as CustomResourceDefinition[];
    const builtIn = resource.scheme.definitions().filter(({ served }) => served === undefined);
    const taken = takenNames(definition, others, builtIn);
    return judgeDefinition(definition, taken, toRfc3339(this.#registry.clock.now()));
  }
}

function guardsOf(resource: ServedResource, definition: CustomResourceDefinition): CommitGuard[] {
  const others = resource.cache.list().items as CustomResourceDefinition[];
  return others
    .filter(
      ({ metadata, spec }) =>
        metadata.name !== definition.metadata.name && spec.group === definition.spec.group,
    )
    .map(({ metadata }) => ({
      key: resource.key('', metadata.name ?? ''),
      expectedResourceVersion: metadata.resourceVersion ?? '',
    }));
}
