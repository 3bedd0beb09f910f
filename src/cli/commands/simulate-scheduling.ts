import { type Command, Option } from 'commander';
import { parseManifest } from '../../scheme/manifest.ts';
import { podOfManifest } from '../../scheme/scheduling/pod-of-manifest.ts';
import { addFileOptions, type FileOptions, wholeNumber } from '../arguments/options.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import { parsePodArguments } from '../arguments/pod-arguments.ts';
import { DEFAULT_NAMESPACE } from '../arguments/resource-arguments.ts';
import { CliError, exitWith, UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { SimulateSchedulingDocument } from '../generated/operations.ts';
import { collectManifests, type ManifestSource } from '../manifests/collect.ts';
import { toJsonText, toYaml } from '../output/serialize.ts';
import { formatSimulation, type Simulation } from '../scheduling/simulation.ts';

interface SimulateSchedulingOptions extends FileOptions, GlobalOptions {
  readonly count?: number;
  readonly output?: string;
}

/** A Pod to ask about, and what messages call it. */
interface Subject {
  readonly title: string;
  readonly of: { readonly pod: unknown } | { readonly podName: string };
}

export const simulateSchedulingCommand: CliCommand<SimulateSchedulingOptions> = {
  setup(command: Command): void {
    addFileOptions(command)
      .argument('[type]', 'pod, or pod/NAME: copies of a Pod that is there, in place of -f')
      .argument('[name]', 'the Pod')
      .addOption(
        new Option(
          '--count <n>',
          'how many; without it as many as the workload asks for, or 1',
        ).argParser(wholeNumber),
      )
      .option('-o, --output <format>', 'json, yaml')
      .addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    const format = parseOutputFormat(options.output, ['json', 'yaml']);
    const subjects = await readSubjects(context, args, options);
    const simulations: Simulation[] = [];
    for (const subject of subjects) {
      const simulation = await simulate(context, subject, options);
      if (!format) print(context, simulation, subjects.length > 1 ? subject.title : undefined);
      simulations.push(simulation);
    }
    if (format) {
      const value = simulations.length === 1 ? simulations[0] : simulations;
      context.environment.stdout.write(format === 'json' ? toJsonText(value) : toYaml(value));
    }
    if (simulations.some(({ end }) => end !== 'ALL_FIT')) throw exitWith(EXIT_NOT_ALL_FIT);
  },
};

const EXIT_NOT_ALL_FIT = 1;

const EXAMPLES = `
Exits with 0 when all fit, otherwise with 1. Several objects are asked about one by one, each as if alone.

Examples:
  orrery simulate-scheduling -f pod.yaml --count 100
  orrery simulate-scheduling -f examples/nginx-deployment.yaml
  orrery simulate-scheduling pod web-1 -n shop --count 20 -o json`;

async function readSubjects(
  context: CliContext,
  args: readonly string[],
  options: SimulateSchedulingOptions,
): Promise<readonly Subject[]> {
  if (args.length > 0 && options.filename) throw new UsageError('give -f or a Pod, not both');
  if (args.length > 0) {
    const podName = parsePodArguments(args);
    return [{ title: `pod/${podName}`, of: { podName } }];
  }
  if (!options.filename) throw new UsageError('must specify one of -f and --filename, or pod NAME');
  const sources = await collectManifests(context, options);
  const subjects = sources.flatMap(subjectsOf);
  if (subjects.length > 0) return subjects;
  throw new CliError('there is no Pod in these files, and no workload with a template of one');
}

/** The objects with Pods; what stands beside them, such as their Service, has no part in this. */
function subjectsOf({ name, text }: ManifestSource): readonly Subject[] {
  return parseManifest(text).flatMap(({ content, line }) => {
    if ('error' in content) {
      throw new CliError(`"${name}" (line ${line}): ${content.error.message}`);
    }
    const { value } = content;
    const title = titleOf(value);
    return title === undefined ? [] : [{ title, of: { pod: value } }];
  });
}

function titleOf(manifest: unknown): string | undefined {
  try {
    podOfManifest(manifest);
  } catch {
    // Ignored: it is not about Pods.
    return undefined;
  }
  const { kind, metadata } = manifest as { kind: string; metadata?: { name?: string } };
  return `${kind.toLowerCase()}/${metadata?.name ?? ''}`;
}

async function simulate(
  context: CliContext,
  { of }: Subject,
  { count, namespace = DEFAULT_NAMESPACE }: SimulateSchedulingOptions,
): Promise<Simulation> {
  const client = await context.client();
  const asked = count === undefined ? {} : { count };
  const { simulateScheduling } = await client.request(SimulateSchedulingDocument, {
    ...of,
    ...asked,
    namespace,
  });
  if (!simulateScheduling) throw new CliError('the server gave no answer');
  return simulateScheduling;
}

/** @param title Where there are several, which this one is. */
function print(context: CliContext, simulation: Simulation, title: string | undefined): void {
  if (title !== undefined) context.print(`${title}:`);
  for (const line of formatSimulation(simulation)) context.print(line);
  if (title !== undefined) context.print('');
}
