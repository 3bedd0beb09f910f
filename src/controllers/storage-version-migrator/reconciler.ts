/**
 * Storage version migration: a StorageVersionMigration names a resource, and every object of it is written once more, as it
 * is. The API server stores what it writes in the storage version; what is in it already is not written at all. One run is
 * one page, and where the page ends stands in the migration, so that whoever runs next goes on there.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { storagemigrationStorageVersionMigrations } from '../../scheme/generated/resources.ts';
import type { StorageVersionMigration } from '../../scheme/generated/types/storagemigration-v1beta1.ts';
import type { ApiObject, ObjectList } from '../../scheme/object.ts';
import {
  type GroupResource,
  qualifiedName,
  type ResourceDefinition,
} from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently } from '../shared/concurrently.ts';
import {
  isFinished,
  isStarted,
  type Progress,
  progressOf,
  withFailure,
  withProgress,
  withStart,
} from './status.ts';

/** Large enough that its bookkeeping costs little an object, small enough that a restart repeats little. */
const PAGE_SIZE = 500;
/** Writes in flight together share a transaction; more than this would hold up everyone else's. */
const WRITE_CONCURRENCY = 50;

/** How long after a migration was made its resource may come: the definition of a custom one takes a moment to be served. */
const RESOURCE_GRACE_MS = 60_000;
const RESOURCE_RETRY_MS = 5_000;

const NEEDED_VERBS = ['list', 'patch'] as const;

/** Nothing is changed: the write is what stores the object anew. */
const NO_CHANGE = { type: 'merge', patch: {} } as const;

export interface StorageVersionMigratorOptions {
  /** The served definition of a resource as it is now, custom ones included. */
  readonly findResource: (resource: GroupResource) => ResourceDefinition | undefined;
}

/** Its keys are names of migrations. */
export function createStorageVersionMigratorController({
  findResource,
}: StorageVersionMigratorOptions): Controller {
  return {
    name: 'storage-version-migrator',
    concurrency: 2,
    setUp(context) {
      const migrations = context.informers.informer(storagemigrationStorageVersionMigrations);
      const enqueue = ({ metadata }: ApiObject): void => context.queue.add(metadata.name ?? '');
      // What says where a page ended is what starts the next.
      migrations.addHandler({ onAdd: enqueue, onUpdate: (_, migration) => enqueue(migration) });
      const migrator = new Migrator(context, migrations, findResource);
      return (name) => migrator.reconcile(name);
    },
  };
}

class Migrator {
  readonly #context: ControllerContext;
  readonly #migrations: Informer<StorageVersionMigration>;
  readonly #findResource: StorageVersionMigratorOptions['findResource'];

  constructor(
    context: ControllerContext,
    migrations: Informer<StorageVersionMigration>,
    findResource: StorageVersionMigratorOptions['findResource'],
  ) {
    this.#context = context;
    this.#migrations = migrations;
    this.#findResource = findResource;
  }

  async reconcile(name: string): Promise<ReconcileResult> {
    const migration = this.#migrations.get(name);
    if (!migration || isFinished(migration)) return done;
    const resource = migration.spec?.resource ?? { group: '', resource: '' };
    const definition = this.#findResource(resource);
    if (!definition || !NEEDED_VERBS.every((verb) => definition.verbs.includes(verb))) {
      return this.#waitForResource(migration, resource);
    }
    if (isStarted(migration)) return this.#migratePage(migration, definition);
    // What is written is what starts the first page.
    await this.#writeStatus(withStart(migration, this.#now()));
    return done;
  }

  #waitForResource(
    migration: StorageVersionMigration,
    resource: GroupResource,
  ): ReconcileResult | Promise<ReconcileResult> {
    const madeMs = Date.parse(migration.metadata.creationTimestamp ?? '') || 0;
    const leftMs = madeMs + RESOURCE_GRACE_MS - this.#context.clock.now();
    if (leftMs > 0) return requeueAfter(Math.min(leftMs, RESOURCE_RETRY_MS));
    const what = `${qualifiedName(resource)} is none whose objects can be listed and written`;
    return this.#fail(migration, `resource not found: ${what}`);
  }

  async #migratePage(
    migration: StorageVersionMigration,
    definition: ResourceDefinition,
  ): Promise<ReconcileResult> {
    const before = progressOf(migration);
    const page = await this.#readPage(definition, before);
    if (!page) {
      return this.#report(migration, { done: 0, remaining: before.done, continueToken: '' }, '');
    }
    const errors = await concurrently(page.items, WRITE_CONCURRENCY, (object) =>
      this.#rewrite(definition, object),
    );
    const lasting = errors.find((error) => !isPassing(error));
    if (lasting) {
      return this.#fail(migration, `migration encountered unhandled error: ${lasting.message}`);
    }
    if (errors[0]) throw errors[0];
    const { continue: continueToken, remainingItemCount = 0, resourceVersion } = page.metadata;
    const finished = before.done + page.items.length;
    const progress = { done: finished, remaining: remainingItemCount, continueToken };
    return this.#report(migration, progress, resourceVersion);
  }

  /** Undefined when the pages are too old to go on with: then they begin anew, and what is done is passed over quickly. */
  async #readPage(
    definition: ResourceDefinition,
    { continueToken }: Progress,
  ): Promise<ObjectList | undefined> {
    const from = continueToken ? { continue: continueToken } : {};
    try {
      return await this.#context.client.list(definition, { limit: PAGE_SIZE, ...from });
    } catch (thrown) {
      if (isApiError(thrown, 'Expired') && continueToken) return undefined;
      throw thrown;
    }
  }

  async #rewrite(definition: ResourceDefinition, { metadata }: ApiObject): Promise<void> {
    const { namespace, name = '' } = metadata;
    const target = namespace === undefined ? { name } : { namespace, name };
    try {
      await ignoreNotFound(this.#context.client.patch(definition, target, NO_CHANGE));
    } catch (thrown) {
      // Ignored: somebody else writes it all the time, and so in the storage version.
      if (!isApiError(thrown, 'Conflict')) throw thrown;
    }
  }

  async #report(
    migration: StorageVersionMigration,
    progress: Progress,
    resourceVersion: string,
  ): Promise<ReconcileResult> {
    const now = this.#now();
    await this.#writeStatus(withProgress(migration, progress, { resourceVersion, now }));
    return done;
  }

  async #fail(migration: StorageVersionMigration, message: string): Promise<ReconcileResult> {
    await this.#writeStatus(withFailure(migration, message, this.#now()));
    return done;
  }

  async #writeStatus(migration: StorageVersionMigration): Promise<void> {
    await ignoreNotFound(
      this.#context.client.update(storagemigrationStorageVersionMigrations, migration, {
        subresource: 'status',
      }),
    );
  }

  #now(): string {
    return toRfc3339(this.#context.clock.now());
  }
}

/** Whether trying again can help. */
function isPassing(error: Error): boolean {
  if (!isApiError(error)) return true;
  return ['InternalError', 'ServiceUnavailable', 'Timeout', 'TooManyRequests'].includes(
    error.reason,
  );
}
