import type { Command } from 'commander';
import { addSelectorOptions, booleanOption, type SelectorOptions } from '../arguments/options.ts';
import {
  DEFAULT_NAMESPACE,
  namespaceOf,
  parseResourceArguments,
  type ResourceSelection,
} from '../arguments/resource-arguments.ts';
import { exitWith, UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import { mapConcurrently } from '../concurrency.ts';
import type { CliContext } from '../context.ts';
import type { Describer } from '../describe/describer.ts';
import { describerOf } from '../describe/describers.ts';
import { GetTablesDocument } from '../generated/operations.ts';
import { tablesOf } from '../output/tables.ts';
import { isServerError, type ServerError } from '../transport/server-error.ts';

interface DescribeOptions extends SelectorOptions, GlobalOptions {
  readonly showEvents: boolean;
}

/** One object that is to be described. */
interface Subject {
  readonly describer: Describer;
  readonly namespace: string;
  readonly name: string;
}

const MAX_CONCURRENT_REQUESTS = 4;

export const describeCommand: CliCommand<DescribeOptions> = {
  setup(command: Command): void {
    addSelectorOptions(command)
      .argument('[type...]', 'TYPE, TYPE NAME..., or TYPE/NAME...')
      .addOption(booleanOption('--show-events', 'with the events at the end', true))
      .addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    const selections = parseResourceArguments(args, options);
    if (selections.length === 0) {
      throw new UsageError(
        'you must specify the type of resource to describe; "orrery api-resources" lists them all',
      );
    }
    const errors: ServerError[] = [];
    const texts: string[] = [];
    for (const selection of selections) {
      texts.push(...(await describeSelection(context, { selection, options, errors })));
    }
    if (texts.length > 0) context.print(texts.join('\n\n\n'));
    else if (errors.length === 0) context.warn(nothingFound(options));
    for (const error of errors) context.warn(error.text);
    if (errors.length > 0) throw exitWith(1);
  },
};

const EXAMPLES = `
Examples:
  orrery describe pod web-1
  orrery describe deployment/web
  orrery describe pods -l app=nginx
  orrery describe nodes`;

interface SelectionOptions {
  readonly selection: ResourceSelection;
  readonly options: DescribeOptions;
  /** Gets what is not found, while the others are described. */
  readonly errors: ServerError[];
}

async function describeSelection(
  context: CliContext,
  { selection, options, errors }: SelectionOptions,
): Promise<string[]> {
  try {
    if (selection.name === undefined)
      return await describeAll(context, await findSubjects(context, selection, options), options);
    const subject = toSubject(
      selection.resource,
      options.namespace ?? DEFAULT_NAMESPACE,
      selection.name,
    );
    return [await describeOne(context, subject, options)];
  } catch (thrown) {
    const isMissing = isServerError(thrown, 'NotFound') && thrown.status.details;
    if (!isMissing) throw thrown;
    const alike = await describeNamesakes(context, selection, options);
    if (alike.length === 0) errors.push(thrown as ServerError);
    return alike;
  }
}

function toSubject(word: string, namespace: string, name: string): Subject {
  return { describer: describerOf(word), namespace, name };
}

async function findSubjects(
  context: CliContext,
  { resource }: ResourceSelection,
  options: DescribeOptions,
): Promise<Subject[]> {
  const client = await context.client();
  const answer = await client.request(GetTablesDocument, {
    resource,
    namespace: namespaceOf(options),
    labelSelector: options.selector,
    fieldSelector: options.fieldSelector,
    wide: false,
    objects: false,
  });
  return tablesOf(answer).flatMap(({ resource: { name, version, group }, rows }) =>
    rows.map((row) =>
      toSubject(`${name}.${version}.${group}`, row.namespace ?? DEFAULT_NAMESPACE, row.name ?? ''),
    ),
  );
}

/** As in kubectl, a name that no object has may be the beginning of the names of several. */
async function describeNamesakes(
  context: CliContext,
  selection: ResourceSelection,
  options: DescribeOptions,
): Promise<string[]> {
  const subjects = await findSubjects(context, selection, options);
  const alike = subjects.filter(({ name }) => name.startsWith(selection.name ?? ''));
  return describeAll(context, alike, options);
}

function describeAll(
  context: CliContext,
  subjects: readonly Subject[],
  options: DescribeOptions,
): Promise<string[]> {
  return mapConcurrently(subjects, MAX_CONCURRENT_REQUESTS, (subject) =>
    describeOne(context, subject, options),
  );
}

async function describeOne(
  context: CliContext,
  { describer, namespace, name }: Subject,
  { showEvents }: DescribeOptions,
): Promise<string> {
  const client = await context.client();
  const answer = await client.request(describer.document, {
    resource: describer.resource,
    namespace,
    name,
    ownFieldSelector: `metadata.name=${name}`,
    involvedFieldSelector: `involvedObject.name=${name}`,
  });
  const text = describer.describe(answer, await context.clusterNow());
  return showEvents ? text : withoutEvents(text);
}

/** Events are the end of every description. */
function withoutEvents(text: string): string {
  const start = text.search(/^Events:/m);
  return start < 0 ? text : text.slice(0, start).trimEnd();
}

function nothingFound(options: DescribeOptions): string {
  const namespace = namespaceOf(options);
  return namespace === undefined
    ? 'No resources found'
    : `No resources found in ${namespace} namespace.`;
}
