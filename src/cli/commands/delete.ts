import { type Command, Option } from 'commander';
import {
  addDryRunOption,
  addFileOptions,
  addSelectorOptions,
  booleanOption,
  type DryRun,
  durationMs,
  type FileOptions,
  integer,
  type SelectorOptions,
} from '../arguments/options.ts';
import { exitWith, UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import { mapConcurrently } from '../concurrency.ts';
import type { CliContext } from '../context.ts';
import { targetsOfFiles } from '../delete/targets-of-files.ts';
import { type DeletedObject, waitForDeletion } from '../delete/wait-for-deletion.ts';
import { DeleteObjectDocument, type PropagationPolicy } from '../generated/operations.ts';
import { kindWord } from '../output/tables.ts';
import { findTargets, type Target } from '../targets.ts';
import { isServerError, type ServerError } from '../transport/server-error.ts';

const MAX_CONCURRENT_DELETIONS = 8;

const CASCADES: Readonly<Record<string, PropagationPolicy>> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
};

interface DeleteOptions extends SelectorOptions, FileOptions, GlobalOptions {
  readonly all?: boolean;
  readonly gracePeriod: number;
  readonly now?: boolean;
  readonly force?: boolean;
  readonly cascade: string;
  readonly wait: boolean;
  readonly timeout: number;
  readonly ignoreNotFound?: boolean;
  readonly output?: string;
  readonly dryRun: DryRun;
}

export const deleteCommand: CliCommand<DeleteOptions> = {
  setup(command: Command): void {
    addDryRunOption(addFileOptions(addSelectorOptions(command)))
      .argument('[type...]', 'TYPE NAME..., or TYPE/NAME...')
      .option('--all', 'every object of the type in the namespace')
      .addOption(
        new Option('--grace-period <seconds>', 'how long Pods may take to end; -1 is what they say')
          .argParser(integer)
          .default(-1),
      )
      .option('--now', 'a grace period of one second')
      .option('--force', 'with --grace-period=0: do not wait for the Pods to end')
      .addOption(
        new Option('--cascade <how>', 'what becomes of what it owns')
          .choices(Object.keys(CASCADES))
          .default('background'),
      )
      .addOption(booleanOption('--wait', 'wait until the objects are gone', true))
      .addOption(
        new Option('--timeout <duration>', 'wait no longer than this; 0 is without end')
          .argParser(durationMs)
          .default(0),
      )
      .option('--ignore-not-found', 'no error when an object does not exist')
      .option('-o, --output <format>', 'name')
      .addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    const targets = await selectTargets(context, args, options);
    if (targets.length === 0) return context.warn('No resources found');
    if (gracePeriodOf(options) === 0 && options.force) {
      context.warn(
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated.',
      );
    }
    const { deleted, errors } = await deleteAll(context, targets, options);
    if (options.wait && options.dryRun !== 'server') {
      await waitForDeletion(context, deleted, options.timeout);
    }
    for (const error of errors) context.warn(error.text);
    if (errors.length > 0) throw exitWith(1);
  },
};

const EXAMPLES = `
Examples:
  orrery delete pod web-1
  orrery delete deployment/web service/web
  orrery delete pods -l app=nginx --wait=false
  orrery delete -f examples/nginx-deployment.yaml --cascade=foreground`;

async function selectTargets(
  context: CliContext,
  args: readonly string[],
  options: DeleteOptions,
): Promise<readonly Target[]> {
  if (!options.filename) return findTargets(context, args, options);
  if (args.length > 0)
    throw new UsageError(
      'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
    );
  return targetsOfFiles(context, options);
}

function gracePeriodOf({ gracePeriod, now }: DeleteOptions): number | undefined {
  if (now) return 1;
  return gracePeriod < 0 ? undefined : gracePeriod;
}

async function deleteAll(
  context: CliContext,
  targets: readonly Target[],
  options: DeleteOptions,
): Promise<{ deleted: DeletedObject[]; errors: ServerError[] }> {
  const errors: ServerError[] = [];
  const deleted = await mapConcurrently(targets, MAX_CONCURRENT_DELETIONS, async (target) => {
    try {
      const object = await deleteOne(context, target, options);
      context.print(describeDeletion(target, options));
      return object;
    } catch (thrown) {
      if (!isServerError(thrown, 'NotFound', 'Forbidden', 'Conflict')) throw thrown;
      const mayBeGone = options.ignoreNotFound || isSelection(options);
      if (!mayBeGone || !isServerError(thrown, 'NotFound')) errors.push(thrown);
      return undefined;
    }
  });
  return { deleted: deleted.filter((object) => object !== undefined), errors };
}

/** Whether the server chose the objects: what has gone since then is nothing that the user has asked for. */
function isSelection({ all, selector, fieldSelector }: DeleteOptions): boolean {
  return Boolean(all || selector || fieldSelector);
}

async function deleteOne(
  context: CliContext,
  { key }: Target,
  options: DeleteOptions,
): Promise<DeletedObject | undefined> {
  const client = await context.client();
  const { deleteObject } = await client.request(DeleteObjectDocument, {
    ...key,
    gracePeriodSeconds: gracePeriodOf(options),
    propagationPolicy: CASCADES[options.cascade],
    dryRun: options.dryRun === 'server',
  });
  if (!deleteObject || deleteObject.deleted) return undefined;
  return { ...key, uid: deleteObject.object.metadata.uid ?? '' };
}

function describeDeletion({ facts, key }: Target, options: DeleteOptions): string {
  if (options.output === 'name') return `${kindWord(facts)}/${key.name}`;
  const how = options.force && gracePeriodOf(options) === 0 ? 'force deleted' : 'deleted';
  return `${kindWord(facts)} "${key.name}" ${how}${options.dryRun === 'server' ? ' (server dry run)' : ''}`;
}
