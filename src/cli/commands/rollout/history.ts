import { type Command, Option } from 'commander';
import type { PodTemplateSpec } from '../../../scheme/generated/types/core-v1.ts';
import { templateOfRevision } from '../../../scheme/groups/apps/controller-revisions.ts';
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
import { ROLLOUT_ARGUMENTS, type RolloutPlace, toRolloutPlaces } from '../../rollout/places.ts';
import { revisionOf } from '../../rollout/progress.ts';
import { isSetPlace, readSet, readSetRevisions, type SetPlace } from '../../rollout/sets.ts';

interface HistoryOptions extends GlobalOptions {
  readonly revision: number;
}

interface Revision {
  readonly number: number;
  readonly changeCause: string;
  readonly template: () => Promise<PodTemplateSpec | undefined>;
}

export const historyCommand: CliCommand<HistoryOptions> = {
  setup(command: Command): void {
    command
      .argument('<type...>', ROLLOUT_ARGUMENTS)
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
    for (const place of toRolloutPlaces(args, options)) {
      const revisions = isSetPlace(place)
        ? await revisionsOfSet(context, place)
        : await revisionsOfDeployment(context, place);
      if (revision > 0) await printRevision(context, place, { revisions, revision });
      else printRevisions(context, place, revisions);
    }
  },
};

async function revisionsOfSet(context: CliContext, place: SetPlace): Promise<readonly Revision[]> {
  await readSet(context, place);
  const revisions = await readSetRevisions(context, place);
  return revisions.map((revision) => ({
    number: revision.revision,
    changeCause: changeCauseOf(revision),
    template: async () => templateOfRevision(revision),
  }));
}

async function revisionsOfDeployment(
  context: CliContext,
  { namespace, name }: RolloutPlace,
): Promise<readonly Revision[]> {
  const client = await context.client();
  const { apps } = await client.request(RolloutHistoryDocument, { namespace, name });
  return (apps.v1.deployment?.replicaSets ?? [])
    .map(({ metadata }) => ({
      number: revisionOf({ metadata }),
      changeCause: changeCauseOf({ metadata }),
      template: async () => {
        const { object } = await client.request(GetObjectDocument, {
          resource: 'replicasets.v1.apps',
          namespace,
          name: metadata.name ?? '',
        });
        return valueAt(object, ['spec', 'template']) as PodTemplateSpec | undefined;
      },
    }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
}

function changeCauseOf({
  metadata,
}: {
  metadata: { readonly annotations?: Readonly<Record<string, string>> | null };
}): string {
  return metadata.annotations?.[ANNOTATION_CHANGE_CAUSE] || '<none>';
}

function printRevisions(
  context: CliContext,
  { type, name }: RolloutPlace,
  revisions: readonly Revision[],
): void {
  context.print(`${type}.apps/${name}`);
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
  { type, name }: RolloutPlace,
  { revisions, revision }: { revisions: readonly Revision[]; revision: number },
): Promise<void> {
  const found = revisions.find(({ number }) => number === revision);
  if (!found) throw new CliError('unable to find the specified revision');
  const description = new Description();
  describePodTemplate(description, await found.template());
  context.print(`${type}.apps/${name} with revision #${revision}`);
  context.print(description.toString());
}
