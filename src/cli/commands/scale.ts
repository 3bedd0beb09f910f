import { type Command, Option } from 'commander';
import {
  addDryRunOption,
  addSelectorOptions,
  type DryRun,
  type SelectorOptions,
  wholeNumber,
} from '../arguments/options.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { GetObjectDocument, ScaleObjectDocument } from '../generated/operations.ts';
import { valueAt } from '../output/json-values.ts';
import { findTargets, referenceOf, type Target } from '../targets.ts';

interface ScaleOptions extends SelectorOptions, GlobalOptions {
  readonly replicas?: number;
  readonly currentReplicas?: number;
  readonly all?: boolean;
  readonly dryRun: DryRun;
}

export const scaleCommand: CliCommand<ScaleOptions> = {
  setup(command: Command): void {
    addDryRunOption(addSelectorOptions(command))
      .argument('[type...]', 'TYPE NAME..., or TYPE/NAME...')
      .addOption(new Option('--replicas <n>', 'how many there are to be').argParser(wholeNumber))
      .addOption(
        new Option('--current-replicas <n>', 'only when it is set to this now').argParser(
          wholeNumber,
        ),
      )
      .option('--all', 'every object of the type in the namespace')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery scale deployment web --replicas=5\n  orrery scale deployment/web deployment/api --replicas=0',
      );
  },
  async run(context, args, options): Promise<void> {
    const { replicas } = options;
    if (replicas === undefined) {
      throw new UsageError(
        'the --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
      );
    }
    const targets = await findTargets(context, args, options);
    if (targets.length === 0) throw new CliError('no objects passed to scale');
    for (const target of targets) await scale(context, target, { ...options, replicas });
  },
};

async function scale(
  context: CliContext,
  target: Target,
  options: ScaleOptions & { replicas: number },
): Promise<void> {
  const client = await context.client();
  const { replicas, currentReplicas } = options;
  if (currentReplicas !== undefined) await assertCurrent(context, target, currentReplicas);
  const dryRun = options.dryRun === 'server';
  await client.request(ScaleObjectDocument, { ...target.key, replicas, dryRun });
  context.print(`${referenceOf(target)} scaled${dryRun ? ' (server dry run)' : ''}`);
}

async function assertCurrent(
  context: CliContext,
  { key }: Target,
  expected: number,
): Promise<void> {
  const { object } = await (await context.client()).request(GetObjectDocument, key);
  const actual = valueAt(object, ['spec', 'replicas']);
  if (actual !== expected) throw new CliError(`Expected replicas to be ${expected}, was ${actual}`);
}
