import type { Command } from 'commander';
import { parseGoDuration } from '../../../scheme/duration.ts';
import { booleanOption } from '../../arguments/options.ts';
import { EXIT_INTERRUPTED, exitWith, UsageError } from '../../cli-error.ts';
import type { CliCommand } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import { StepClusterTimeDocument } from '../../generated/operations.ts';
import { pause } from '../../pause.ts';
import {
  type ClusterTimeFacts,
  given,
  howItRuns,
  readClusterTime,
  wholeSeconds,
} from '../../time/cluster-time.ts';

interface StepOptions {
  readonly wait: boolean;
}

/** Between two looks how far a step has come. */
const LOOK_MS = 200;

export const stepCommand: CliCommand<StepOptions> = {
  setup(command: Command): void {
    command
      .argument('<duration>', 'how far: 90s, 10m, 24h')
      .addOption(booleanOption('--wait', 'return when the cluster is there', true))
      .addHelpText(
        'after',
        '\nEverything that is due on the way happens, in order, as fast as the cluster keeps up. Then the clock stands or' +
          '\nruns as before. Ctrl-C ends the waiting, not the step: that does `orrery time pause`.' +
          '\n\nExamples:\n  orrery time step 10m\n  orrery time step 24h --wait=false',
      );
  },
  async run(context, [text = ''], { wait }): Promise<void> {
    const duration = toDuration(text);
    const client = await context.client();
    let { time } = await client.request(StepClusterTimeDocument, { duration });
    const end = given(time).stepUntil;
    while (wait && given(time).stepUntil != null && given(time).stepUntil === end) {
      showProgress(context, given(time));
      await pause(LOOK_MS, context.signal);
      if (context.signal.aborted) throw exitWith(EXIT_INTERRUPTED);
      time = await readClusterTime(context);
    }
    const reached = given(time);
    context.print(`cluster time ${wholeSeconds(reached.time)}, ${howItRuns(reached)}`);
  },
};

/** One line that is written over, for a person who watches. */
function showProgress(context: CliContext, time: ClusterTimeFacts): void {
  const { stderr } = context.environment;
  if (stderr.isTTY) stderr.write(`\rcluster time ${wholeSeconds(time.time)} … \r`);
}

function toDuration(text: string): string {
  const duration = /^\d+$/.test(text) ? `${text}s` : text;
  const milliseconds = parseGoDuration(duration);
  if (milliseconds !== undefined && milliseconds >= 1) return duration;
  throw new UsageError(`"${text}" is no step; give a duration such as 90s, 10m or 24h`);
}
