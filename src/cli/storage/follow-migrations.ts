import { isConditionTrue } from '../../scheme/conditions.ts';
import type { CliContext } from '../context.ts';
import {
  WatchMigrationsDocument,
  type WatchMigrationsSubscription,
} from '../generated/operations.ts';
import { resumableWatch } from '../transport/resumable-watch.ts';

/** A StorageVersionMigration that the command has started. */
export interface Migration {
  readonly name: string;
  /** The resource whose objects are rewritten: `deployments.apps`. */
  readonly what: string;
  readonly resourceVersion: string;
}

type MigrationEvent =
  WatchMigrationsSubscription['watchStoragemigrationV1beta1StorageVersionMigrations'];
type Conditions = NonNullable<NonNullable<MigrationEvent['object']>['status']>['conditions'];

/** Prints how far `migrations` are until all have ended. @returns how many have failed */
export async function followMigrations(
  context: CliContext,
  migrations: readonly Migration[],
): Promise<number> {
  const [first] = migrations;
  const open = new Map(migrations.map((migration) => [migration.name, migration.what]));
  let failures = 0;
  if (!first) return failures;
  for await (const event of watchFrom(context, first.resourceVersion)) {
    const name = event.object?.metadata.name ?? '';
    const what = open.get(name);
    if (what === undefined) continue;
    const { line, state } = reportOf(event);
    if (line) context.print(`${what}: ${line}`);
    if (state === 'Failed') failures++;
    if (state !== 'Running') open.delete(name);
    if (open.size === 0) break;
  }
  return failures;
}

interface Report {
  /** Empty while there is nothing to tell. */
  readonly line: string;
  readonly state: string;
}

/** In the order in which they count: one that has ended may still have been running. */
const STATES = ['Succeeded', 'Failed', 'Running'];

function reportOf({ type, object }: MigrationEvent): Report {
  if (type === 'DELETED') return { line: 'failed: deleted before it was done', state: 'Failed' };
  const conditions: Conditions = object?.status?.conditions ?? [];
  const state = STATES.find((each) => isConditionTrue(conditions ?? [], each)) ?? 'Running';
  const message = conditions?.find((condition) => condition.type === state)?.message ?? '';
  return { line: state === 'Failed' ? `failed: ${message}` : message, state };
}

function watchFrom(context: CliContext, resourceVersion: string): AsyncIterable<MigrationEvent> {
  return resumableWatch<MigrationEvent>({
    open: async function* (from) {
      const client = await context.client();
      const variables = { resourceVersion: from };
      const opened = client.subscribe(WatchMigrationsDocument, variables, context.signal);
      for await (const answer of opened) {
        yield answer.watchStoragemigrationV1beta1StorageVersionMigrations;
      }
    },
    resourceVersionOf: (event) => event.resourceVersion,
    resourceVersion,
    onLost: (error) => context.warn(`${error.message}; trying again`),
    signal: context.signal,
  });
}
