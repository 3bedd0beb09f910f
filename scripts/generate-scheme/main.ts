/**
 * Generates `src/scheme/generated/` from Kubernetes' published models: `npm run generate`, with `-- --sources DIR` to read
 * packages unpacked before. The same sources give the same files, byte for byte.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ResourceDefinition } from '../../src/scheme/resource.ts';
import type { TypeSchema } from '../../src/scheme/structural-schema.ts';
import { buildDefinitions, buildOtherKinds, byPlace } from './build-definitions.ts';
import { SchemaBuilder } from './build-schemas.ts';
import { emitDefinitions, emitResources } from './emit-resources.ts';
import { emitSchemas } from './emit-schemas.ts';
import { emitTypes, rootKindsOf } from './emit-types.ts';
import { buildLegacyDefinitions, type LegacyInputs } from './legacy-definitions.ts';
import { LEGACY_VERSIONS } from './legacy-versions.ts';
import { fileOf, groupWord, META_PREFIX } from './names.ts';
import { GENERATED_HEADER, writeGenerated } from './output.ts';
import { readModels } from './read-models.ts';
import { readOperations } from './read-paths.ts';
import { readValidators } from './read-validators.ts';
import { fetchSources, RELEASE_MARK, type Sources } from './sources.ts';

/** Requests and answers that no resource path answers with. */
const EXTRA_CLASSES = ['V1DeleteOptions', 'V1Status', 'V1Eviction', 'V1Scale', 'V1WatchEvent'];

/** Those of them that requests and answers name by kind. */
const REQUEST_KINDS = [`${META_PREFIX}DeleteOptions`, `${META_PREFIX}Status`];

const here = import.meta.dirname;

function generate(sourcesDirectory: string | undefined): void {
  const sources = fetchSources(sourcesDirectory);
  const builder = new SchemaBuilder({
    models: readModels(sources.modelsDir, RELEASE_MARK),
    validators: readValidators(sources.validatorsDir),
    listSemantics: JSON.parse(readFileSync(join(here, 'list-semantics.json'), 'utf8')),
  });
  const definitions = buildDefinitions(readOperations(sources), builder);
  for (const className of EXTRA_CLASSES) builder.add(className, '');
  const legacy = buildLegacyDefinitions(definitions, {
    versions: LEGACY_VERSIONS,
    models: readLegacyModels(sources),
    schemas: builder,
  });
  const byFile = groupByFile([...builder.schemas.values()]);
  const otherKinds = buildOtherKinds([...definitions, ...legacy], builder, REQUEST_KINDS);
  const hasMetadata = (name: string): boolean =>
    builder.schemas.get(name)?.fields.metadata?.type.kind === 'ref';
  const isOwn = ({ group, version, kind, schemaName }: ResourceDefinition): boolean =>
    schemaName.endsWith(`.${groupWord(group)}.${version}.${kind}`);
  const roots = rootKindsOf([
    ...definitions,
    ...legacy.filter(isOwn),
    ...otherKinds.filter(
      ({ schemaName }) => hasMetadata(schemaName) && !REQUEST_KINDS.includes(schemaName),
    ),
  ]);
  const files = new Map<string, string>([
    ['definitions.ts', emitDefinitions([...definitions, ...legacy].sort(byPlace), otherKinds)],
    ['resources.ts', emitResources(definitions)],
    ['schemas.ts', emitSchemaIndex([...byFile.keys()])],
  ]);
  for (const [file, schemas] of byFile) {
    files.set(`schemas/${file}.ts`, emitSchemas(schemas));
    files.set(`types/${file}.ts`, emitTypes(file, schemas, roots));
  }
  writeGenerated(join(here, '..', '..', 'src', 'scheme', 'generated'), files);
  console.log(
    `${definitions.length} resources, ${legacy.length} in removed versions, ${builder.schemas.size} types`,
  );
}

function readLegacyModels({ legacyModelsDirs }: Sources): LegacyInputs['models'] {
  const entries = Object.entries(legacyModelsDirs).map(([release, directory]) => [
    release,
    readModels(directory, 'The version of the OpenAPI document'),
  ]);
  return Object.fromEntries(entries) as LegacyInputs['models'];
}

function groupByFile(schemas: readonly TypeSchema[]): Map<string, TypeSchema[]> {
  const byFile = new Map<string, TypeSchema[]>();
  for (const schema of [...schemas].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = fileOf(schema.name);
    byFile.set(file, [...(byFile.get(file) ?? []), schema]);
  }
  return new Map([...byFile].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function emitSchemaIndex(files: readonly string[]): string {
  const variable = (file: string): string =>
    file.replace(/-(\w)/, (_, letter: string) => letter.toUpperCase());
  return `${GENERATED_HEADER}
${files.map((file) => `import { SCHEMAS as ${variable(file)} } from './schemas/${file}.ts';`).join('\n')}
import type { TypeSchema } from '../structural-schema.ts';

/** Every type of every built-in kind. */
export const TYPE_SCHEMAS: readonly TypeSchema[] = [
${files.map((file) => `  ...${variable(file)},`).join('\n')}
];
`;
}

generate(parseArgs({ options: { sources: { type: 'string' } } }).values.sources);
