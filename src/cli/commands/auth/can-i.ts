import type { Command } from 'commander';
import { namespaceOf } from '../../arguments/resource-arguments.ts';
import { toRuleRows } from '../../auth/rule-rows.ts';
import { CliError, exitWith, UsageError } from '../../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import { CanIDocument, MyRulesDocument } from '../../generated/operations.ts';
import { ColumnPrinter } from '../../output/columns.ts';
import { findResource } from '../../targets.ts';

interface CanIOptions extends GlobalOptions {
  readonly allNamespaces?: boolean;
  readonly list?: boolean;
  readonly quiet?: boolean;
  readonly subresource?: string;
}

const EXIT_NO = 1;

export const canICommand: CliCommand<CanIOptions> = {
  setup(command: Command): void {
    command
      .argument('[verb]', 'get, list, watch, create, update, patch, delete, ...')
      .argument('[resource]', 'what for: pods, deployments.apps, or a path such as /version')
      .argument('[name]', 'the one object that it is about')
      .option('-A, --all-namespaces', 'in every namespace')
      .option('--subresource <name>', 'log, scale, status, ...')
      .option('--list', 'everything that you may do in the namespace')
      .option('-q, --quiet', 'says nothing: the exit code is the answer')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery auth can-i create pods\n  orrery auth can-i get pods --subresource=log -n web\n  orrery auth can-i get secrets db-password\n  orrery auth can-i --list',
      );
  },
  async run(context, args, options): Promise<void> {
    if (options.list) return listRules(context, args, options);
    const [verb, target, name] = args;
    if (verb === undefined || target === undefined) {
      throw new UsageError(
        'you must specify two or three arguments: verb, resource, and optional resourceName',
      );
    }
    const spec = target.startsWith('/')
      ? { nonResourceAttributes: { verb, path: target } }
      : { resourceAttributes: await resourceAttributes(context, { verb, target, name }, options) };
    await answer(context, spec, options);
  },
};

async function resourceAttributes(
  context: CliContext,
  { name, target, verb }: { verb: string; target: string; name: string | undefined },
  options: CanIOptions,
) {
  const [word = '', nameInPair] = target.split('/');
  const subresource = options.subresource ?? '';
  const shared = { verb, subresource, name: name ?? nameInPair ?? '' };
  if (word === '*') return { ...shared, group: '*', resource: '*', namespace: place(options) };
  const { group, name: resource, namespaced } = await findResource(context, word);
  return { ...shared, group, resource, namespace: namespaced ? place(options) : '' };
}

const place = (options: CanIOptions): string => namespaceOf(options) ?? '';

async function answer(context: CliContext, spec: object, { quiet }: CanIOptions): Promise<void> {
  const client = await context.client();
  const { createAuthorizationV1SelfSubjectAccessReview: review } = await client.request(
    CanIDocument,
    { input: { spec } },
  );
  const { allowed = false, evaluationError, reason } = review?.status ?? {};
  if (!quiet) {
    const why = allowed ? [] : [reason, evaluationError].filter(Boolean);
    context.print([allowed ? 'yes' : 'no', ...why].join(' - '));
  }
  if (!allowed) throw exitWith(EXIT_NO);
}

async function listRules(
  context: CliContext,
  args: readonly string[],
  options: CanIOptions,
): Promise<void> {
  if (args.length > 0) throw new UsageError('list option must be specified with no arguments');
  const client = await context.client();
  const { createAuthorizationV1SelfSubjectRulesReview: review } = await client.request(
    MyRulesDocument,
    { input: { spec: { namespace: place(options) } } },
  );
  const status = review?.status;
  if (!status) throw new CliError('the server did not say what you may do');
  if (status.incomplete) {
    context.warn(`the list may be incomplete: ${status.evaluationError ?? ''}`);
  }
  for (const line of new ColumnPrinter().format(toRuleRows(status))) context.print(line);
}
