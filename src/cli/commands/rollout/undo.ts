import { type Command, Option } from 'commander';
import { addDryRunOption, type DryRun, wholeNumber } from '../../arguments/options.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import { RollbackDocument } from '../../generated/operations.ts';
import { type DeploymentPlace, readDeployment } from '../../rollout/deployment.ts';
import { ROLLOUT_ARGUMENTS, toRolloutPlaces } from '../../rollout/places.ts';
import { isSetPlace, undoSet } from '../../rollout/sets.ts';

interface UndoOptions extends GlobalOptions {
  readonly toRevision: number;
  readonly dryRun: DryRun;
}

export const undoCommand: CliCommand<UndoOptions> = {
  setup(command: Command): void {
    addDryRunOption(command)
      .argument('<type...>', ROLLOUT_ARGUMENTS)
      .addOption(
        new Option('--to-revision <n>', 'the revision to go back to; 0 is the one before')
          .argParser(wholeNumber)
          .default(0),
      )
      .addHelpText(
        'after',
        '\nExamples:\n  orrery rollout undo deployment/web\n  orrery rollout undo deployment/web --to-revision=3',
      );
  },
  async run(context, args, options): Promise<void> {
    const { toRevision } = options;
    const dryRun = options.dryRun === 'server';
    const which = toRevision === 0 ? 'the previous revision' : `revision ${toRevision}`;
    for (const place of toRolloutPlaces(args, options)) {
      const isRolledBack = isSetPlace(place)
        ? await undoSet(context, place, { toRevision, dryRun })
        : await undoDeployment(context, place, { toRevision, dryRun });
      const outcome = isRolledBack
        ? 'rolled back'
        : `skipped rollback (current template already matches ${which})`;
      const suffix = dryRun ? ' (server dry run)' : '';
      context.print(`${place.type}.apps/${place.name} ${outcome}${suffix}`);
    }
  },
};

/** @returns whether the Deployment had another template */
async function undoDeployment(
  context: CliContext,
  { namespace, name }: DeploymentPlace,
  variables: { readonly toRevision: number; readonly dryRun: boolean },
): Promise<boolean> {
  const client = await context.client();
  const { deployment } = await readDeployment(context, { namespace, name });
  const { rollbackAppsV1Deployment: after } = await client.request(RollbackDocument, {
    namespace,
    name,
    ...variables,
  });
  return after?.metadata.generation !== deployment.metadata.generation;
}
