import { type Command, Option } from 'commander';
import { addSelectorOptions, collectWithCommas } from '../arguments/options.ts';
import { OUTPUT_FORMATS, parseOutputFormat } from '../arguments/output-format.ts';
import { parseResourceArguments } from '../arguments/resource-arguments.ts';
import { UsageError } from '../cli-error.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { GetOptions, GetRequest } from '../get/get-request.ts';
import { printTables } from '../get/print-tables.ts';
import { readTables } from '../get/read-tables.ts';
import { watchTables } from '../get/watch-tables.ts';

export const getCommand: CliCommand<GetOptions> = {
  setup(command: Command): void {
    addSelectorOptions(command)
      .argument('[type...]', 'TYPE[,TYPE], TYPE NAME..., or TYPE/NAME...')
      .option('-o, --output <format>', OUTPUT_FORMATS.join(', '))
      .option('-w, --watch', 'then go on with what changes')
      .option('--watch-only', 'only what changes')
      .option('--output-watch-events', 'with --watch: say what happened')
      .option('--no-headers', 'without headings')
      .option('--show-labels', 'with all labels')
      .addOption(
        new Option(
          '-L, --label-columns <labels>',
          'with a column for each of these labels',
        ).argParser(collectWithCommas),
      )
      .option('--sort-by <path>', 'in the order of this value: .metadata.creationTimestamp')
      .option('--ignore-not-found', 'no error when the object does not exist')
      .option('--show-managed-fields', 'with metadata.managedFields in yaml and json')
      .addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    const format = parseOutputFormat(options.output, OUTPUT_FORMATS) ?? 'table';
    const selections = parseResourceArguments(args, options);
    if (selections.length === 0) {
      throw new UsageError(
        'you must specify the type of resource to get; "orrery api-resources" lists them all',
      );
    }
    if (options.watch || options.watchOnly) await watch(context, { selections, options, format });
    else await list(context, { selections, options, format });
  },
};

const EXAMPLES = `
Examples:
  orrery get pods                           Pods of the namespace default
  orrery get deploy,rs,pods -A -o wide      several types, everywhere
  orrery get pod web-1 -o yaml              one object, whole
  orrery get pods -l app=nginx --watch      and what changes
  orrery get nodes --field-selector metadata.name=node-1`;

async function list(context: CliContext, request: GetRequest): Promise<void> {
  const tables = await readTables(context, request);
  printTables(context, tables, request);
}

async function watch(context: CliContext, request: GetRequest): Promise<void> {
  const [selection, ...others] = request.selections;
  if (!selection || others.length > 0) {
    throw new UsageError(
      'you may only specify a single resource type with --watch; "orrery watch" takes several',
    );
  }
  if (request.options.sortBy) throw new UsageError('--watch and --sort-by cannot be used together');
  await watchTables(context, { ...request, selection });
}
