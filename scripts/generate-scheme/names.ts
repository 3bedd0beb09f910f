/** Names of types, groups and files, and how the sources' names map to them. */

/** API groups by the word that type names and file names use for them. */
const GROUP_WORDS: Readonly<Record<string, string>> = {
  '': 'core',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apiextensions.k8s.io': 'apiextensions',
  'apiregistration.k8s.io': 'apiregistration',
  'authentication.k8s.io': 'authentication',
  'authorization.k8s.io': 'authorization',
  'certificates.k8s.io': 'certificates',
  'coordination.k8s.io': 'coordination',
  'discovery.k8s.io': 'discovery',
  'events.k8s.io': 'events',
  'flowcontrol.apiserver.k8s.io': 'flowcontrol',
  'internal.apiserver.k8s.io': 'apiserverinternal',
  'networking.k8s.io': 'networking',
  'node.k8s.io': 'node',
  'rbac.authorization.k8s.io': 'rbac',
  'resource.k8s.io': 'resource',
  'scheduling.k8s.io': 'scheduling',
  'storage.k8s.io': 'storage',
  'storagemigration.k8s.io': 'storagemigration',
};

export const META_PREFIX = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** Types of apimachinery: shared by all groups, and not named by their group in the models. */
const META_TYPES = new Set([
  'APIGroup',
  'APIGroupList',
  'APIResource',
  'APIResourceList',
  'APIVersions',
  'Condition',
  'DeleteOptions',
  'FieldSelectorRequirement',
  'GroupResource',
  'GroupVersionForDiscovery',
  'LabelSelector',
  'LabelSelectorRequirement',
  'ListMeta',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'OwnerReference',
  'Preconditions',
  'ServerAddressByClientCIDR',
  'ShardInfo',
  'Status',
  'StatusCause',
  'StatusDetails',
  'WatchEvent',
]);

/** The word for `group` in type names, file names and constants: `rbac` for `rbac.authorization.k8s.io`. */
export function groupWord(group: string): string {
  return GROUP_WORDS[group] ?? group;
}

function groupPath(word: string): string {
  if (word === 'apiextensions') return 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions';
  if (word === 'apiregistration') return 'io.k8s.kube-aggregator.pkg.apis.apiregistration';
  return `io.k8s.api.${word}`;
}

/**
 * The full name of a model class met in `group`: `V1PodSpec` is `io.k8s.api.core.v1.PodSpec`. Classes whose short name
 * is taken by two groups carry the group in front (`CoreV1Event`); of the others `stableNames` (full names) knows the
 * stable ones; the rest belongs to the group that refers to it.
 */
export function createClassNamer(stableNames: Iterable<string>) {
  const byShortName = new Map<string, string[]>();
  for (const name of stableNames) {
    const [version, type] = name.split('.').slice(-2) as [string, string];
    if (!/^v\d+$/.test(version)) continue;
    const short = `${capitalize(version)}${type}`;
    byShortName.set(short, [...(byShortName.get(short) ?? []), name]);
  }
  return (className: string, group: string): string => {
    const parts = /^([A-Z][a-z]+)?(V\d+(?:(?:alpha|beta)\d+)?)([A-Z].*)$/.exec(className);
    if (!parts) throw new Error(`cannot name the class ${className}`);
    const [, prefix, version, type] = parts as unknown as [string, string?, string?, string?];
    if (prefix) return `${groupPath(prefix.toLowerCase())}.${version?.toLowerCase()}.${type}`;
    if (version === 'V1' && META_TYPES.has(type ?? '')) return META_PREFIX + type;
    const known = byShortName.get(className) ?? [];
    if (known.length === 1) return known[0] as string;
    const here = `${groupPath(groupWord(group))}.${version?.toLowerCase()}.${type}`;
    if (known.length > 1 && !known.includes(here)) throw new Error(`${className} is ambiguous`);
    return here;
  };
}

/** The file that a type is in, without extension: `core-v1`, `meta-v1`. */
export function fileOf(typeName: string): string {
  if (typeName.startsWith('io.k8s.apimachinery.')) return 'meta-v1';
  const parts = typeName.split('.');
  return `${parts.at(-3)}-${parts.at(-2)}`;
}

/** `PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
export function shortTypeName(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf('.') + 1);
}

export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
