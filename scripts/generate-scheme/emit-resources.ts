import type { ResourceDefinition } from '../../src/scheme/resource.ts';
import { compareVersions } from '../../src/scheme/version-order.ts';
import type { OtherKind } from './build-definitions.ts';
import { capitalize, fileOf, groupWord, shortTypeName } from './names.ts';
import { GENERATED_HEADER } from './output.ts';

/** The text of `resources.ts`: one typed handle a resource and version. */
export function emitResources(definitions: readonly ResourceDefinition[]): string {
  const named = definitions
    .map((definition) => ({ constant: constantName(definition, definitions), definition }))
    .sort((a, b) => (a.constant < b.constant ? -1 : 1));
  const constants = named.map(({ constant, definition }) => emitConstant(constant, definition));
  return `${GENERATED_HEADER}
import type { ResourceRef } from '../resource.ts';
${emitImports(definitions)}
${constants.join('\n')}`;
}

/** `corePods`, `appsDeployments`; versions that are not preferred carry theirs: `resourceV1beta1ResourceClaims`. */
function constantName(
  definition: ResourceDefinition,
  definitions: readonly ResourceDefinition[],
): string {
  const { group, resource, kind, version } = definition;
  const preferred = definitions
    .filter((other) => other.group === group && other.resource === resource)
    .map((other) => other.version)
    .sort(compareVersions)[0];
  let common = 0;
  while (resource[common] === kind[common]?.toLowerCase() && common < kind.length) common++;
  const plural = kind.slice(0, common) + resource.slice(common);
  const word = groupWord(group) === 'apiserverinternal' ? 'internal' : groupWord(group);
  return word + (version === preferred ? '' : capitalize(version)) + plural;
}

function emitImports(definitions: readonly ResourceDefinition[]): string {
  const names = definitions.map(({ schemaName }) => schemaName).sort();
  const lines = names.map((name) => {
    return `import type { ${shortTypeName(name)} as ${typeAlias(name)} } from './types/${fileOf(name)}.ts';`;
  });
  return `${[...new Set(lines)].sort().join('\n')}\n`;
}

function typeAlias(schemaName: string): string {
  const [word, version, kind] = schemaName.split('.').slice(-3) as [string, string, string];
  return capitalize(word) + capitalize(version) + kind;
}

function emitConstant(constant: string, definition: ResourceDefinition): string {
  const { group, version, resource, kind, namespaced, schemaName } = definition;
  return `export const ${constant}: ResourceRef<${typeAlias(schemaName)}> = {
  group: '${group}',
  version: '${version}',
  resource: '${resource}',
  kind: '${kind}',
  namespaced: ${namespaced},
};
`;
}

/** The text of `definitions.ts`. */
export function emitDefinitions(
  definitions: readonly ResourceDefinition[],
  otherKinds: readonly OtherKind[],
): string {
  return `${GENERATED_HEADER}
import type { KindDefinition, ResourceDefinition } from '../resource.ts';

export const RESOURCE_DEFINITIONS: readonly ResourceDefinition[] = [
${definitions.map((definition) => indent(toLiteral(definition))).join('\n')}
];

/** Kinds without a resource of their own: what subresources take, and the options of requests. */
export const OTHER_KINDS: readonly KindDefinition[] = [
${otherKinds.map((kind) => indent(toLiteral(kind))).join('\n')}
];
`;
}

function indent(text: string): string {
  return `${text.replace(/^/gm, '  ')},`;
}

/** A value as code in the house's style; short ones on one line. */
function toLiteral(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    const items = value.map(toLiteral);
    const line = `[${items.join(', ')}]`;
    return line.length <= 80 && !line.includes('\n')
      ? line
      : `[\n${items.map(indent).join('\n')}\n]`;
  }
  const entries = Object.entries(value).map(([key, member]) => `${key}: ${toLiteral(member)}`);
  const line = `{ ${entries.join(', ')} }`;
  return line.length <= 80 && !line.includes('\n')
    ? line
    : `{\n${entries.map(indent).join('\n')}\n}`;
}
