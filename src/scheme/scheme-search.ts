import { eachStoredOnce, type ResourceDefinition } from './resource.ts';
import type { SchemeIndex } from './scheme-index.ts';

/** Narrows a search. A group that no resource has exactly is taken as the beginning of one: `networking`. */
export interface SearchScope {
  readonly group?: string;
  readonly version?: string;
}

/** See `Scheme.search`. */
export function searchDefinitions(
  index: SchemeIndex,
  word: string,
  scope: SearchScope,
): readonly ResourceDefinition[] {
  for (const { name, ...parsed } of readings(word)) {
    const narrowed = narrow(index.served, { ...scope, ...parsed });
    const best = narrowed.find((definition) => isNamed(definition, name));
    if (best) return [best];
    const category = eachStoredOnce(narrowed).filter(({ categories }) => categories.includes(name));
    if (category.length > 0) return category;
  }
  return [];
}

interface Reading extends SearchScope {
  readonly name: string;
}

/** What `word` can mean: `deployments.v1.apps` is a version and a group, or else a group `v1.apps`. */
function readings(word: string): Reading[] {
  const [, name = '', rest = ''] = /^([^.]*)\.?(.*)$/.exec(word.toLowerCase()) ?? [];
  if (rest === '') return [{ name }];
  const [, version, group] = /^(v\d[^.]*)\.?(.*)$/.exec(rest) ?? [];
  if (version === undefined) return [{ name, group: rest }];
  return [
    { name, version, group: group ?? '' },
    { name, group: rest },
  ];
}

function narrow(
  served: readonly ResourceDefinition[],
  { group, version }: SearchScope,
): readonly ResourceDefinition[] {
  const inVersion = served.filter((definition) => !version || definition.version === version);
  if (group === undefined) return inVersion;
  const exact = inVersion.filter((definition) => definition.group === group);
  if (exact.length > 0 || group === '') return exact;
  return inVersion.filter((definition) => definition.group.startsWith(group));
}

function isNamed({ resource, singular, shortNames, kind }: ResourceDefinition, name: string) {
  return (
    resource === name ||
    singular === name ||
    shortNames.includes(name) ||
    kind.toLowerCase() === name
  );
}
