import type { Command } from 'commander';
import { toApiVersion } from '../../scheme/object.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import type { CliCommand } from '../command.ts';
import { ListResourcesDocument, type ListResourcesQuery } from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { formatState } from '../output/version-state.ts';

interface ApiVersionsOptions {
  readonly output?: string;
  readonly headers: boolean;
}

type Resource = ListResourcesQuery['apiResources'][number];

export const apiVersionsCommand: CliCommand<ApiVersionsOptions> = {
  setup(command: Command): void {
    command
      .option('-o, --output <format>', 'name: the versions that are served, one a line')
      .option('--no-headers', 'without headings')
      .addHelpText('after', '\nExamples:\n  orrery api-versions\n  orrery api-versions -o name');
  },
  async run(context, _args, { output, headers }): Promise<void> {
    const format = parseOutputFormat(output, ['name']);
    const served = format === 'name' ? true : null;
    const client = await context.client();
    const { apiResources } = await client.request(ListResourcesDocument, { served });
    const versions = [...groupByVersion(apiResources)].sort(([a], [b]) => (a < b ? -1 : 1));
    if (format === 'name') {
      for (const [apiVersion] of versions) context.print(apiVersion);
      return;
    }
    const rows = versions.map(([apiVersion, resources]) => [
      apiVersion,
      resources[0]?.stability ?? '',
      formatState(resources),
    ]);
    const lines = headers ? [['APIVERSION', 'STABILITY', 'STATE'], ...rows] : rows;
    for (const line of new ColumnPrinter().format(lines)) context.print(line);
  },
};

function groupByVersion(resources: readonly Resource[]): Map<string, Resource[]> {
  const versions = new Map<string, Resource[]>();
  for (const resource of resources) {
    const apiVersion = toApiVersion(resource.group, resource.version);
    versions.set(apiVersion, [...(versions.get(apiVersion) ?? []), resource]);
  }
  return versions;
}
