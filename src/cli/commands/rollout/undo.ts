import { type Command, Option } from 'commander';
import { addDryRunOption, type DryRun, wholeNumber } from '../../arguments/options.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import { RollbackDocument } from '../../generated/operations.ts';
import { readDeployment, toDeploymentPlaces } from '../../rollout/deployment.ts';

interface UndoOptions extends GlobalOptions {
  readonly toRevision: number;
  readonly dryRun: DryRun;
}

export const undoCommand: CliCommand<UndoOptions> = {
  setup(command: Command): void {
    addDryRunOption(command)
      .argument('<type...>', 'deployment NAME..., or deployment/NAME...')
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
    const client = await context.client();
    const dryRun = options.dryRun === 'server';
    for (const place of toDeploymentPlaces(args, options)) {
      const { deployment } = await readDeployment(context, place);
      const { rollbackAppsV1Deployment: after } = await client.request(RollbackDocument, {
        ...place,
        toRevision: options.toRevision,
        dryRun,
      });
      const isSame = after?.metadata.generation === deployment.metadata.generation;
      const which =
        options.toRevision === 0 ? 'the previous revision' : `revision ${options.toRevision}`;
      const outcome = isSame
        ? `skipped rollback (current template already matches ${which})`
        : 'rolled back';
      context.print(`deployment.apps/${place.name} ${outcome}${dryRun ? ' (server dry run)' : ''}`);
    }
  },
};
