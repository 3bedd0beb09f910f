import type { Command } from 'commander';
import { UsageError } from '../../cli-error.ts';
import type { CliCommand } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import { PatchObjectDocument } from '../../generated/operations.ts';
import { ANNOTATION_POWER, POWER_OFF } from '../../nodes/simulated-node.ts';

export const stopCommand: CliCommand = {
  setup: (command: Command) =>
    setup(
      command,
      'its kubelet falls silent: after the grace period it is NotReady, and its Pods move',
      'stop',
    ),
  run: (context, args) => switchPower(context, args, { power: POWER_OFF, done: 'stopped' }),
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
