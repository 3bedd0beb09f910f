/** The objects that a writing command is about: named one by one, or selected. */

import {
  namespaceOf,
  parseResourceArguments,
  type ResourceSelection,
  type SelectionFlags,
} from './arguments/resource-arguments.ts';
import { CliError, UsageError } from './cli-error.ts';
import { mapConcurrently } from './concurrency.ts';
import type { CliContext } from './context.ts';
import {
  FindResourcesDocument,
  GetTablesDocument,
  type ResourceFactsFragment,
} from './generated/operations.ts';
import { kindWord, tablesOf } from './output/tables.ts';

/** What names one object to the server. */
export interface ObjectKey {
  /** The resource with version and group: `deployments.v1.apps`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface Target {
  readonly key: ObjectKey;
  readonly facts: ResourceFactsFragment;
}

export interface TargetFlags extends SelectionFlags {
  readonly namespace?: string;
}

const MAX_CONCURRENT_REQUESTS = 8;

/**
 * @throws {UsageError} when the arguments name and select nothing
 * @throws {CliError} when the server does not know a resource
 */
export async function findTargets(
  context: CliContext,
  args: readonly string[],
  flags: TargetFlags,
): Promise<readonly Target[]> {
  const selections = parseResourceArguments(args, flags);
  if (selections.length === 0)
    throw new UsageError('you must provide one or more resources by argument or filename');
  const isSelective = Boolean(flags.all || flags.selector || flags.fieldSelector);
  const lookUp = rememberResources(context);
  const found = await mapConcurrently(selections, MAX_CONCURRENT_REQUESTS, async (selection) => {
    if (selection.name !== undefined) {
      const facts = await lookUp(selection.resource);
      return [toTarget(facts, flags.namespace, selection.name)];
    }
    if (!isSelective) throw new UsageError('resource(s) were provided, but no name was specified');
    return selectTargets(context, selection, flags);
  });
  return found.flat();
}

/** Asks once for each word. */
function rememberResources(context: CliContext): (word: string) => Promise<ResourceFactsFragment> {
  const known = new Map<string, Promise<ResourceFactsFragment>>();
  return (word) => {
    const facts = known.get(word) ?? findResource(context, word);
    known.set(word, facts);
    return facts;
  };
}

/** The one resource that `word` means. @throws {CliError} */
export async function findResource(
  context: CliContext,
  word: string,
): Promise<ResourceFactsFragment> {
  const client = await context.client();
  const { apiResources } = await client.request(FindResourcesDocument, { name: word });
  const [facts, ...others] = apiResources;
  if (facts && others.length === 0) return facts;
  throw new CliError(
    `"${word}" means several resources (${apiResources.map(({ name }) => name).join(', ')}): name one`,
  );
}

async function selectTargets(
  context: CliContext,
  { resource }: ResourceSelection,
  flags: TargetFlags,
): Promise<Target[]> {
  const client = await context.client();
  const answer = await client.request(GetTablesDocument, {
    resource,
    namespace: namespaceOf(flags),
    labelSelector: flags.selector,
    fieldSelector: flags.fieldSelector,
    wide: false,
    objects: false,
  });
  return tablesOf(answer).flatMap(({ resource: facts, rows }) =>
    rows.map(({ namespace, name }) => toTarget(facts, namespace ?? undefined, name ?? '')),
  );
}

export function toTarget(
  facts: ResourceFactsFragment,
  namespace: string | undefined,
  name: string,
): Target {
  const { name: plural, version, group } = facts;
  const resource = `${plural}.${version}.${group}`;
  return { key: { resource, namespace: facts.namespaced ? namespace : undefined, name }, facts };
}

/** `deployment.apps/web`. */
export function referenceOf({ facts, key }: Target): string {
  return `${kindWord(facts)}/${key.name}`;
}
