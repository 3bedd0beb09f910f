import { type Command, Option } from 'commander';
import { quantityError } from '../../../scheme/quantity.ts';
import { collectWithCommas } from '../../arguments/options.ts';
import { CliError, UsageError } from '../../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import { mapConcurrently } from '../../concurrency.ts';
import type { CliContext } from '../../context.ts';
import { CreateNodesDocument, NodeNamesDocument } from '../../generated/operations.ts';
import { type NodeShape, nextNames, simulatedNode } from '../../nodes/simulated-node.ts';
import { ProgressLine } from '../../output/progress-line.ts';

/** Large enough that a request costs little a node, small enough that progress is seen. */
const NODES_PER_REQUEST = 100;
const MAX_CONCURRENT_REQUESTS = 4;
const MAX_NODES = 10_000;

interface AddOptions extends GlobalOptions {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly ephemeralStorage: string;
  readonly zones: readonly string[];
  readonly labels: readonly string[];
  readonly namePrefix: string;
}

export const addCommand: CliCommand<AddOptions> = {
  setup(command: Command): void {
    command
      .argument('[count]', 'how many')
      .option('--cpu <quantity>', 'cores of each', '4')
      .option('--memory <quantity>', 'memory of each', '16Gi')
      .option('--pods <n>', 'how many Pods each may run', '110')
      .option('--ephemeral-storage <quantity>', 'disk of each', '100Gi')
      .addOption(
        new Option('--zones <names>', 'spread over these zones: a,b,c')
          .argParser(collectWithCommas)
          .default([], 'none'),
      )
      .addOption(
        new Option('--labels <pairs>', 'with these labels: disk=ssd,tier=web')
          .argParser(collectWithCommas)
          .default([], 'none'),
      )
      .option('--name-prefix <text>', 'names begin with this, and a number follows', 'node-')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery nodes add 3\n  orrery nodes add 1000 --cpu 16 --memory 64Gi --zones a,b,c',
      );
  },
  async run(context, [countText = '1', ...others], options): Promise<void> {
    const count = Number(countText);
    if (others.length > 0 || !/^\d+$/.test(countText) || count < 1 || count > MAX_NODES) {
      throw new UsageError(`how many nodes is one whole number from 1 to ${MAX_NODES}`);
    }
    const shape = toShape(options);
    const client = await context.client();
    const { core } = await client.request(NodeNamesDocument, {});
    const taken = (core.v1.nodes?.items ?? []).map(({ metadata }) => metadata.name ?? '');
    const names = nextNames(options.namePrefix, count, taken);
    const nodes = names.map((name, index) =>
      simulatedNode(name, zoneAt(options.zones, index), shape),
    );
    await createNodes(context, nodes);
    context.print(describeCreated(names));
    context.suggest('\nNext: orrery get nodes');
  },
};

function zoneAt(zones: readonly string[], index: number): string | undefined {
  return zones.length === 0 ? undefined : zones[index % zones.length];
}

/** @throws {UsageError} */
function toShape({ cpu, memory, pods, ephemeralStorage, labels }: AddOptions): NodeShape {
  for (const [flag, text] of Object.entries({
    cpu,
    memory,
    pods,
    'ephemeral-storage': ephemeralStorage,
  })) {
    const isBad = quantityError(text) !== undefined || text.startsWith('-');
    if (isBad)
      throw new UsageError(`--${flag} is "${text}": give a quantity such as 16, 500m or 64Gi`);
  }
  return { cpu, memory, pods, ephemeralStorage, labels: Object.fromEntries(labels.map(toPair)) };
}

function toPair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`the label "${text}" is no pair: write KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function createNodes(context: CliContext, nodes: readonly object[]): Promise<void> {
  const client = await context.client();
  const progress = new ProgressLine(context.environment.stderr);
  const batches = Array.from({ length: Math.ceil(nodes.length / NODES_PER_REQUEST) }, (_, index) =>
    nodes.slice(index * NODES_PER_REQUEST, (index + 1) * NODES_PER_REQUEST),
  );
  let created = 0;
  try {
    await mapConcurrently(batches, MAX_CONCURRENT_REQUESTS, async (batch) => {
      await client.request(CreateNodesDocument, { writes: batch.map((create) => ({ create })) });
      created += batch.length;
      progress.show(`Creating nodes: ${created} of ${nodes.length}`);
    });
  } catch (thrown) {
    if (created > 0 && thrown instanceof CliError)
      context.warn(`${created} of ${nodes.length} nodes were created`);
    throw thrown;
  } finally {
    progress.clear();
  }
}

function describeCreated(names: readonly string[]): string {
  const [first = '', ...others] = names;
  const last = others.at(-1);
  return last === undefined
    ? `node/${first} created`
    : `${names.length} nodes created: ${first} to ${last}`;
}
