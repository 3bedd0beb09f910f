import type { Command } from 'commander';
import type { CliCommand } from '../command.ts';
import { ListResourcesDocument } from '../generated/operations.ts';

export const apiVersionsCommand: CliCommand = {
  setup(command: Command): void {
    command.addHelpText('after', '\nExamples:\n  orrery api-versions');
  },
  async run(context): Promise<void> {
    const { apiResources } = await (await context.client()).request(ListResourcesDocument, {});
    const versions = new Set(
      apiResources.map(({ group, version }) => (group === '' ? version : `${group}/${version}`)),
    );
    for (const version of [...versions].sort()) context.print(version);
  },
};
