import { parseApiVersion } from '../../scheme/object.ts';
import { CliError, exitWith } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import {
  StartMigrationDocument,
  StoredResourcesDocument,
  type StoredResourcesQuery,
} from '../generated/operations.ts';
import { followMigrations, type Migration } from './follow-migrations.ts';

type Resource = StoredResourcesQuery['apiResources'][number];

/**
 * Has the objects of `types` (of everything, without any) written anew in the form of now, and follows it unless `wait` is
 * false. @throws {CliError} when it cannot start, or fails
 */
export async function migrateStorage(
  context: CliContext,
  types: readonly string[],
  { wait }: { readonly wait: boolean },
): Promise<void> {
  const resources = await findStored(context, types);
  const migrations: Migration[] = [];
  for (const resource of resources) migrations.push(await start(context, resource));
  if (!wait) {
    for (const { name } of migrations) {
      context.print(`storageversionmigration.storagemigration.k8s.io/${name} created`);
    }
    context.suggest('\nNext: orrery get storageversionmigrations');
    return;
  }
  const failures = await followMigrations(context, migrations);
  if (failures > 0) throw exitWith(1);
}

/** What holds the objects of `types`, each once. @throws {CliError} when one of them holds none */
async function findStored(
  context: CliContext,
  types: readonly string[],
): Promise<readonly Resource[]> {
  const client = await context.client();
  const names = types.length === 0 ? [undefined] : types;
  const found = new Map<string, Resource>();
  for (const name of names) {
    const { apiResources } = await client.request(StoredResourcesDocument, { name });
    const writable = apiResources.filter(({ verbs }) =>
      ['list', 'patch'].every((verb) => verbs.includes(verb)),
    );
    if (name !== undefined && writable.length === 0) {
      throw new CliError(`the objects of "${name}" are not stored, or cannot be written`);
    }
    // Another group may show the same objects: they are migrated once, where they are stored.
    for (const resource of writable) {
      found.set(`${parseApiVersion(resource.storageVersion).group}/${resource.name}`, resource);
    }
  }
  return [...found.values()];
}

async function start(context: CliContext, resource: Resource): Promise<Migration> {
  const { group } = parseApiVersion(resource.storageVersion);
  const client = await context.client();
  const { createStoragemigrationV1beta1StorageVersionMigration: created } = await client.request(
    StartMigrationDocument,
    { generateName: `${resource.name}-`, group, resource: resource.name },
  );
  if (!created) throw new CliError(`the migration of ${resource.name} was not created`);
  const { name, resourceVersion } = created.metadata;
  const what = group === '' ? resource.name : `${resource.name}.${group}`;
  return { name, what, resourceVersion: resourceVersion ?? '' };
}
