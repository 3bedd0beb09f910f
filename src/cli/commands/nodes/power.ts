import type { Command } from 'commander';
import { UsageError } from '../../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import { PatchObjectDocument } from '../../generated/operations.ts';
import { ANNOTATION_POWER, POWER_OFF, POWER_SHUTDOWN } from '../../nodes/simulated-node.ts';

interface StopOptions extends GlobalOptions {
  readonly graceful: boolean;
}

export const stopCommand: CliCommand<StopOptions> = {
  setup: (command: Command) => {
    const effect =
      'its kubelet falls silent: after the grace period it is NotReady, and its Pods move';
    setup(command, effect, 'stop');
    command.option('--graceful', 'end its Pods first, by priority, as a shutdown does', false);
  },
  run: (context, args, { graceful }) =>
    graceful
      ? switchPower(context, args, { power: POWER_SHUTDOWN, done: 'shutting down' })
      : switchPower(context, args, { power: POWER_OFF, done: 'stopped' }),
};

export const startCommand: CliCommand = {
  setup: (command: Command) => setup(command, 'its kubelet reports again', 'start'),
  run: (context, args) => switchPower(context, args, { power: null, done: 'started' }),
};

function setup(command: Command, effect: string, verb: string): void {
  command
    .argument('<name...>', `the nodes: ${effect}`)
    .addHelpText(
      'after',
      `\nExamples:\n  orrery nodes ${verb} node-1\n  orrery nodes ${verb} node-1 node-2`,
    );
}

async function switchPower(
  context: CliContext,
  args: readonly string[],
  { power, done }: { power: string | null; done: string },
): Promise<void> {
  const names = args.map(toNodeName);
  const client = await context.client();
  for (const name of names) {
    await client.request(PatchObjectDocument, {
      resource: 'nodes.v1.',
      name,
      type: 'MERGE',
      patch: { metadata: { annotations: { [ANNOTATION_POWER]: power } } },
      dryRun: false,
    });
    context.print(`node/${name} ${done}`);
  }
}

/** `node-1`, or `node/node-1` as other commands print it. */
function toNodeName(arg: string): string {
  const name = arg.replace(/^nodes?\//, '');
  if (name === '' || name.includes('/')) throw new UsageError(`"${arg}" is no name of a node`);
  return name;
}
