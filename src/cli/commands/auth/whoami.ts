import type { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import type { CliCommand } from '../../command.ts';
import { WhoAmIDocument } from '../../generated/operations.ts';
import { ColumnPrinter } from '../../output/columns.ts';
import { isJsonObject } from '../../output/json-values.ts';

export const whoamiCommand: CliCommand = {
  setup(command: Command): void {
    command.addHelpText('after', '\nExamples:\n  orrery auth whoami');
  },
  async run(context): Promise<void> {
    const client = await context.client();
    const { createAuthenticationV1SelfSubjectReview: review } = await client.request(
      WhoAmIDocument,
      {},
    );
    const user = review?.status?.userInfo;
    if (!user) throw new CliError('the server did not say who you are');
    const extra = isJsonObject(user.extra) ? Object.entries(user.extra) : [];
    const rows = [
      ['ATTRIBUTE', 'VALUE'],
      ['Username', user.username ?? ''],
      ...(user.uid ? [['UID', user.uid]] : []),
      ['Groups', `[${(user.groups ?? []).join(' ')}]`],
      ...extra.map(([key, values]) => [`Extra: ${key}`, `[${String(values)}]`]),
    ];
    for (const line of new ColumnPrinter().format(rows)) context.print(line);
  },
};
