import { type Command, Option } from 'commander';
import { toRfc3339 } from '../../lib/clock.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import { durationMs, wholeNumber } from '../arguments/options.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import { AuditLogDocument, type AuditLogQuery } from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';

interface AuditOptions extends GlobalOptions {
  readonly user?: string;
  readonly verb?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly code?: number;
  readonly since?: number;
  readonly limit: number;
  readonly output?: string;
}

type AuditEvent = NonNullable<AuditLogQuery['auditLog']>['events'][number];

export const auditCommand: CliCommand<AuditOptions> = {
  setup(command: Command): void {
    command
      .option('--user <name>', 'only what this user did, or others in their name')
      .option('--verb <verb>', 'only this verb: delete')
      .option('--resource <plural>', 'only this resource: pods, deployments.apps')
      .option('--name <name>', 'only objects of this name')
      .addOption(
        new Option('--code <n>', 'only what was answered by this HTTP code: 403').argParser(
          wholeNumber,
        ),
      )
      .addOption(
        new Option('--since <duration>', 'only the last 30s, 5m or 2h').argParser(durationMs),
      )
      .addOption(new Option('--limit <n>', 'at most so many').argParser(wholeNumber).default(20))
      .option('-o, --output <format>', 'json: the events whole, one a line')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery audit\n  orrery audit --verb delete --since 1h\n  orrery audit --user jane --code 403 -o json',
      );
  },
  async run(context, _args, options): Promise<void> {
    const format = parseOutputFormat(options.output, ['json']);
    const client = await context.client();
    const { auditLog } = await client.request(
      AuditLogDocument,
      toVariables(options, context.environment.now()),
    );
    const events = auditLog?.events ?? [];
    if (format === 'json') {
      for (const event of events) context.print(JSON.stringify(event));
      return;
    }
    if (events.length === 0) {
      context.print('No audit events found.');
      return;
    }
    const rows = [['TIME', 'USER', 'VERB', 'OBJECT', 'RESULT'], ...events.map(toRow)];
    for (const line of new ColumnPrinter().format(rows)) context.print(line);
  },
};

function toVariables({ user, since, resource, namespace, ...rest }: AuditOptions, nowMs: number) {
  const dot = resource?.indexOf('.') ?? -1;
  const { verb, name, code, limit } = rest;
  return {
    ...defined({ username: user, verb, name, code, namespace }),
    ...(resource === undefined ? {} : { resource: dot < 0 ? resource : resource.slice(0, dot) }),
    ...(resource !== undefined && dot >= 0 ? { group: resource.slice(dot + 1) } : {}),
    ...(since === undefined ? {} : { since: toRfc3339(nowMs - since) }),
    limit,
  };
}

function defined<T extends object>(values: T): Partial<T> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}

function toRow(event: AuditEvent): string[] {
  const { impersonatedUser, responseStatus, user, verb } = event;
  const asked = impersonatedUser ? ` as ${impersonatedUser.username}` : '';
  return [
    event.requestReceivedTimestamp.replace(/\.\d+Z$/, 'Z'),
    user.username + asked,
    verb,
    describeObject(event),
    responseStatus?.reason
      ? `${responseStatus.code} ${responseStatus.reason}`
      : String(responseStatus?.code ?? ''),
  ];
}

/** `default/deployments.apps/web`, as far as the event says. */
function describeObject({ objectRef }: AuditEvent): string {
  const { apiGroup, resource, subresource, namespace, name } = objectRef;
  const what = qualifiedName({ group: apiGroup ?? '', resource });
  return [namespace, what, name, subresource].filter(Boolean).join('/');
}
