import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments/options.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import { parsePodArguments } from '../arguments/pod-arguments.ts';
import { DEFAULT_NAMESPACE } from '../arguments/resource-arguments.ts';
import { CliError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import { ExplainSchedulingDocument } from '../generated/operations.ts';
import { toJsonText, toYaml } from '../output/serialize.ts';
import { explainPod } from '../scheduling/explanation.ts';

interface ExplainSchedulingOptions extends GlobalOptions {
  readonly attempts: number;
  readonly output?: string;
}

export const explainSchedulingCommand: CliCommand<ExplainSchedulingOptions> = {
  setup(command: Command): void {
    command
      .argument('<type>', 'pod, or pod/NAME')
      .argument('[name]', 'the Pod')
      .addOption(
        new Option('--attempts <n>', 'how many decisions, newest first')
          .argParser(wholeNumber)
          .default(5),
      )
      .option('-o, --output <format>', 'json, yaml: everything that is kept')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery explain-scheduling pod web-1\n  orrery explain-scheduling pod/web-1 -n shop --attempts 20\n  orrery explain-scheduling pod web-1 -o json',
      );
  },
  async run(context, args, { attempts, namespace = DEFAULT_NAMESPACE, output }): Promise<void> {
    const name = parsePodArguments(args);
    const format = parseOutputFormat(output, ['json', 'yaml']);
    const client = await context.client();
    const variables = { namespace, name, attempts };
    const { core } = await client.request(ExplainSchedulingDocument, variables);
    const pod = core?.v1?.pod;
    if (!pod) throw new CliError(`pods "${name}" not found`);
    if (format) {
      const text = format === 'json' ? toJsonText(pod.scheduling) : toYaml(pod.scheduling);
      context.environment.stdout.write(text);
      return;
    }
    for (const line of explainPod(pod)) context.print(line);
    if (pod.scheduling?.state === 'PENDING') {
      context.suggest(`\nNext: orrery simulate-scheduling pod ${name} -n ${namespace}`);
    }
  },
};
