import type { Command } from 'commander';
import { UsageError } from '../../cli-error.ts';
import type { CliCommand } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import {
  PauseClusterTimeDocument,
  ResumeClusterTimeDocument,
  SetClusterSpeedDocument,
} from '../../generated/operations.ts';
import { type ClusterTimeFacts, given, howItRuns, wholeSeconds } from '../../time/cluster-time.ts';

export const speedCommand: CliCommand = {
  setup(command: Command): void {
    command
      .argument('<times>', 'times real time, from 0.01 to 3600: 60 is a minute a second')
      .addHelpText(
        'after',
        '\nThe clock runs slower than that where the cluster cannot keep up; `orrery time` says how fast.' +
          '\n\nExamples:\n  orrery time speed 60\n  orrery time speed 1',
      );
  },
  async run(context, [times = '']): Promise<void> {
    const client = await context.client();
    const { time } = await client.request(SetClusterSpeedDocument, { speed: toSpeed(times) });
    report(context, given(time));
  },
};

export const pauseCommand: CliCommand = {
  setup(command: Command): void {
    command.addHelpText('after', '\nExamples:\n  orrery time pause\n  orrery time step 10m');
  },
  async run(context): Promise<void> {
    const { time } = await (await context.client()).request(PauseClusterTimeDocument, {});
    report(context, given(time));
  },
};

export const resumeCommand: CliCommand = {
  setup(command: Command): void {
    command.addHelpText('after', '\nExamples:\n  orrery time resume');
  },
  async run(context): Promise<void> {
    const { time } = await (await context.client()).request(ResumeClusterTimeDocument, {});
    report(context, given(time));
  },
};

function report(context: CliContext, time: ClusterTimeFacts): void {
  context.print(`cluster time ${wholeSeconds(time.time)}, ${howItRuns(time)}`);
}

/** `60`, `0.5`, or with the sign that people put there: `60x`. */
function toSpeed(text: string): number {
  const number = /^(\d+(?:\.\d+)?|\.\d+)x?$/.exec(text)?.[1];
  if (number !== undefined) return Number(number);
  throw new UsageError(`"${text}" is no speed; give a number such as 60 or 0.5`);
}
