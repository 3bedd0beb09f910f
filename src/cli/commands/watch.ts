import type { Command } from 'commander';
import { createColors } from 'picocolors';
import { addSelectorOptions, type SelectorOptions } from '../arguments/options.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import { namespaceOf, parseResourceArguments } from '../arguments/resource-arguments.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import {
  type WatchedResourceInput,
  WatchObjectsDocument,
  type WatchObjectsSubscription,
} from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { isJsonObject, valueAt } from '../output/json-values.ts';
import { kindWord } from '../output/tables.ts';
import { resumableWatch } from '../transport/resumable-watch.ts';
import { ObjectStates } from '../watch/states.ts';

interface WatchOptions extends SelectorOptions, GlobalOptions {
  readonly initial?: boolean;
  readonly output?: string;
}

type WatchedEvent = WatchObjectsSubscription['watch'];

const DEFAULT_RESOURCES = 'deployments,replicasets,pods,nodes';

export const watchCommand: CliCommand<WatchOptions> = {
  setup(command: Command): void {
    addSelectorOptions(command)
      .argument(
        '[type...]',
        `TYPE[,TYPE], TYPE NAME..., or TYPE/NAME... (default ${DEFAULT_RESOURCES})`,
      )
      .option('--initial', 'also what is there when it begins')
      .option('-o, --output <format>', 'json: each event as a line of JSON')
      .addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    const format = parseOutputFormat(options.output, ['json']);
    const resources = toResources(args, options);
    const printer = format === 'json' ? jsonPrinter(context) : linePrinter(context, options);
    const states = new ObjectStates();
    let hasBegun = false;
    for await (const event of openWatch(context, resources, () => hasBegun)) {
      const change = isJsonObject(event.json) ? states.apply(event.type, event.json) : undefined;
      if (change !== undefined) {
        if (hasBegun || options.initial) printer.print(event, change);
        else printer.measure(event);
      }
      if (!event.initialEventsEnd) continue;
      hasBegun = true;
      const names = resources.map(({ resource }) => resource).join(', ');
      context.warn(`Watching ${names}: ${states.size} objects. Ctrl-C ends it.`);
    }
  },
};

const EXAMPLES = `
Examples:
  orrery watch                              ${DEFAULT_RESOURCES} of the namespace
  orrery watch pods,events -A
  orrery watch pods -l app=nginx --initial
  orrery watch deployment/web -o json`;

function toResources(args: readonly string[], options: WatchOptions): WatchedResourceInput[] {
  const selections = parseResourceArguments(
    args.length === 0 ? [DEFAULT_RESOURCES] : args,
    options,
  );
  return selections.map(({ resource, name }) => ({
    resource,
    namespace: namespaceOf(options),
    labelSelector: options.selector,
    fieldSelector: name === undefined ? options.fieldSelector : `metadata.name=${name}`,
  }));
}

async function* openWatch(
  context: CliContext,
  resources: WatchedResourceInput[],
  hasBegun: () => boolean,
): AsyncGenerator<WatchedEvent, void, undefined> {
  const client = await context.client();
  yield* resumableWatch<WatchedEvent>({
    open: async function* (resourceVersion) {
      const start =
        resourceVersion === undefined ? { sendInitialEvents: true } : { resourceVersion };
      for await (const { watch } of client.subscribe(WatchObjectsDocument, { resources, ...start }))
        yield watch;
    },
    // While the present is being told, there is no version to go on from: another attempt begins again.
    resourceVersionOf: (event) =>
      hasBegun() || event.initialEventsEnd ? event.resourceVersion : '',
    onLost: (error) => context.warn(`${error.message}; trying again`),
    signal: context.signal,
  });
}

interface EventPrinter {
  print(event: WatchedEvent, change: string): void;
  /** Makes room for what may come. */
  measure(event: WatchedEvent): void;
}

function jsonPrinter(context: CliContext): EventPrinter {
  return {
    print: ({ type, resourceVersion, json }) =>
      context.print(JSON.stringify({ type, resourceVersion, object: json })),
    measure: () => undefined,
  };
}

const TYPE_COLORS = {
  ADDED: 'green',
  MODIFIED: 'yellow',
  DELETED: 'red',
  BOOKMARK: 'dim',
} as const;

function linePrinter(context: CliContext, { allNamespaces }: WatchOptions): EventPrinter {
  const columns = new ColumnPrinter();
  const colors = createColors(context.mayColor(context.environment.stdout));
  let needsHeadings = true;
  columns.format([['', 'MODIFIED', '', '']]);
  const toRow = (event: WatchedEvent, change: string): string[] => {
    const time = new Date(context.environment.now()).toTimeString().slice(0, 8);
    return [time, event.type, objectName(event, allNamespaces ?? false), change];
  };
  return {
    measure: (event) => void columns.format([toRow(event, '')]),
    print(event, change) {
      const rows = [toRow(event, change)];
      if (needsHeadings) rows.unshift(['TIME', 'TYPE', 'OBJECT', 'WHAT CHANGED']);
      needsHeadings = false;
      const lines = columns.format(rows);
      const last = lines.pop() ?? '';
      for (const line of lines) context.print(line);
      context.print(
        last.replace(event.type, colors[TYPE_COLORS[event.type]](event.type)).trimEnd(),
      );
    },
  };
}

function objectName({ json, resource }: WatchedEvent, withNamespace: boolean): string {
  const name = `${kindWord(resource)}/${String(valueAt(json, ['metadata', 'name']))}`;
  const namespace = valueAt(json, ['metadata', 'namespace']);
  return withNamespace && typeof namespace === 'string' ? `${namespace}/${name}` : name;
}
