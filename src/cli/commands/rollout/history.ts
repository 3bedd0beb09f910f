import { type Command, Option } from 'commander';
import type { PodTemplateSpec } from '../../../scheme/generated/types/core-v1.ts';
import { ANNOTATION_CHANGE_CAUSE } from '../../../scheme/groups/apps/deployment-revisions.ts';
import { wholeNumber } from '../../arguments/options.ts';
import { CliError } from '../../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import { Description } from '../../describe/description.ts';
import { describePodTemplate } from '../../describe/pod-template.ts';
import { GetObjectDocument, RolloutHistoryDocument } from '../../generated/operations.ts';
import { ColumnPrinter } from '../../output/columns.ts';
import { valueAt } from '../../output/json-values.ts';
import { type DeploymentPlace, toDeploymentPlaces } from '../../rollout/deployment.ts';
import { revisionOf } from '../../rollout/progress.ts';

interface HistoryOptions extends GlobalOptions {
  readonly revision: number;
}

interface Revision {
  readonly number: number;
  readonly changeCause: string;
  readonly replicaSet: string;
}

export const historyCommand: CliCommand<HistoryOptions> = {
  setup(command: Command): void {
    command
      .argument('<type...>', 'deployment NAME..., or deployment/NAME...')
      .addOption(
        new Option('--revision <n>', 'the Pod template of this revision')
          .argParser(wholeNumber)
          .default(0),
      )
      .addHelpText(
        'after',
        '\nExamples:\n  orrery rollout history deployment/web\n  orrery rollout history deployment/web --revision=2',
      );
  },
  async run(context, args, { revision, ...options }): Promise<void> {
    for (const place of toDeploymentPlaces(args, options)) {
      const revisions = await readRevisions(context, place);
      if (revision > 0) await printRevision(context, place, { revisions, revision });
      else printRevisions(context, place, revisions);
    }
  },
};

async function readRevisions(
  context: CliContext,
  place: DeploymentPlace,
): Promise<readonly Revision[]> {
  const { apps } = await (await context.client()).request(RolloutHistoryDocument, place);
  return (apps.v1.deployment?.replicaSets ?? [])
    .map(({ metadata }) => ({
      number: revisionOf({ metadata }),
      changeCause: metadata.annotations?.[ANNOTATION_CHANGE_CAUSE] || '<none>',
      replicaSet: metadata.name ?? '',
    }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
}

function printRevisions(
  context: CliContext,
  { name }: DeploymentPlace,
  revisions: readonly Revision[],
): void {
  context.print(`deployment.apps/${name}`);
  if (revisions.length === 0) {
    context.print('No rollout history found.');
    return;
  }
  const rows = revisions.map(({ number, changeCause }) => [String(number), changeCause]);
  const columns = new ColumnPrinter({ padding: 2, minWidth: 0 });
  for (const line of columns.format([['REVISION', 'CHANGE-CAUSE'], ...rows])) context.print(line);
}

async function printRevision(
  context: CliContext,
  { namespace, name }: DeploymentPlace,
  { revisions, revision }: { revisions: readonly Revision[]; revision: number },
): Promise<void> {
  const found = revisions.find(({ number }) => number === revision);
  if (!found) throw new CliError('unable to find the specified revision');
  const resource = 'replicasets.v1.apps';
  const client = await context.client();
  const { object } = await client.request(GetObjectDocument, {
    resource,
    namespace,
    name: found.replicaSet,
  });
  const description = new Description();
  describePodTemplate(
    description,
    valueAt(object, ['spec', 'template']) as PodTemplateSpec | undefined,
  );
  context.print(`deployment.apps/${name} with revision #${revision}`);
  context.print(description.toString());
}
