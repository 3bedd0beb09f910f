import type { Command } from 'commander';
import { toApiVersion } from '../../scheme/object.ts';
import { booleanOption } from '../arguments/options.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import type { CliCommand } from '../command.ts';
import { ListResourcesDocument, type ListResourcesQuery } from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { formatState } from '../output/version-state.ts';

interface ApiResourcesOptions {
  readonly apiGroup?: string;
  readonly namespaced?: boolean;
  readonly output?: string;
  readonly headers: boolean;
  readonly allVersions?: boolean;
}

type Resource = ListResourcesQuery['apiResources'][number];

export const apiResourcesCommand: CliCommand<ApiResourcesOptions> = {
  setup(command: Command): void {
    const what = 'only those that are in namespaces, or with false the others';
    command
      .option('--api-group <group>', 'only this group')
      .addOption(booleanOption('--namespaced', what))
      .option('--all-versions', 'every version, and those that are off too')
      .option('-o, --output <format>', 'wide, name')
      .option('--no-headers', 'without headings')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery api-resources --api-group apps\n  orrery api-resources --namespaced=false -o wide',
      );
  },
  async run(context, _args, options): Promise<void> {
    const { apiGroup, namespaced, output, headers, allVersions } = options;
    const format = parseOutputFormat(output, ['wide', 'name']);
    const client = await context.client();
    const served = allVersions ? null : true;
    const { apiResources } = await client.request(ListResourcesDocument, {
      group: apiGroup,
      served,
    });
    const shown = (allVersions ? apiResources : preferred(apiResources)).filter(
      (resource) => namespaced === undefined || resource.namespaced === namespaced,
    );
    if (format === 'name') {
      for (const resource of shown) context.print(qualifiedName(resource));
      return;
    }
    const wide = format === 'wide';
    const headings = [
      'NAME',
      'SHORTNAMES',
      'APIVERSION',
      'NAMESPACED',
      'KIND',
      'STABILITY',
      'STATE',
      ...(wide ? ['VERBS', 'CATEGORIES'] : []),
    ];
    const rows = shown.map((resource) => toRow(resource, wide));
    for (const line of new ColumnPrinter().format(headers ? [headings, ...rows] : rows))
      context.print(line);
  },
};

/** One version a resource: the server lists the preferred one first. */
function preferred(resources: readonly Resource[]): readonly Resource[] {
  const byName = new Map<string, Resource>();
  for (const resource of resources) {
    const name = qualifiedName(resource);
    if (!byName.has(name)) byName.set(name, resource);
  }
  return [...byName.values()].sort((a, b) => compare(a.group, b.group) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function qualifiedName({ name, group }: Resource): string {
  return group === '' ? name : `${name}.${group}`;
}

function toRow(resource: Resource, wide: boolean): string[] {
  const { name, shortNames, group, version, namespaced, kind, verbs, categories } = resource;
  const apiVersion = toApiVersion(group, version);
  const state = [resource.stability, formatState([resource])];
  const row = [name, shortNames.join(','), apiVersion, String(namespaced), kind, ...state];
  return wide ? [...row, verbs.join(','), categories.join(',')] : row;
}
