import type { Command } from 'commander';
import { parseOutputFormat } from '../../arguments/output-format.ts';
import type { CliCommand } from '../../command.ts';
import { ColumnPrinter } from '../../output/columns.ts';
import { toJsonText, toYaml } from '../../output/serialize.ts';
import { howItRuns, readClusterTime, wholeSeconds } from '../../time/cluster-time.ts';

interface ShowOptions {
  readonly output?: string;
}

export const showCommand: CliCommand<ShowOptions> = {
  setup(command: Command): void {
    command
      .option('-o, --output <format>', 'yaml, json')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery time show\n  orrery time show -o json\n  orrery time',
      );
  },
  async run(context, _args, { output }): Promise<void> {
    const format = parseOutputFormat(output, ['yaml', 'json']);
    const time = await readClusterTime(context);
    if (format) {
      context.environment.stdout.write(format === 'json' ? toJsonText(time) : toYaml(time));
      return;
    }
    const rows = [
      ['Cluster time:', wholeSeconds(time.time)],
      ['Real time:', wholeSeconds(time.realTime)],
      ['Offset:', time.offset],
      ['Clock:', howItRuns(time)],
    ];
    for (const line of new ColumnPrinter().format(rows)) context.print(line);
  },
};
