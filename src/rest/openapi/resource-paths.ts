import type { ResourceDefinition, Verb } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { PathItem } from './operation.ts';
import { LIST_PARAMETERS, NAMESPACE, nameOf, type Parameter, PRETTY } from './parameters.ts';
import { subresourcePaths } from './subresource-paths.ts';
import { verbOperation } from './verb-operations.ts';

/** The paths of a resource, those of its subresources and the old ones of its watches included. */
export function resourcePaths(scheme: Scheme, definition: ResourceDefinition): readonly PathItem[] {
  const names = operationNames(definition);
  const { root, collection, object } = placesOf(definition);
  const operations = (ids: Partial<Record<Verb, string>>) =>
    (Object.entries(ids) as [Verb, string][])
      .filter(([verb]) => definition.verbs.includes(verb))
      .map(([verb, id]) => verbOperation(verb, definition, definition, id));
  const { list, watch } = names;
  const items: PathItem[] = [
    at(collection, [], operations({ list, create: names.create, deletecollection: names.clear })),
    at(object, [nameOf(definition.kind)], operations(names.object)),
    at(watching(root, collection), LIST_PARAMETERS, operations({ watch })),
  ];
  if (definition.namespaced) {
    const everywhere = `${root}/${definition.resource}`;
    items.unshift(at(everywhere, [], operations({ list: names.listEverywhere })));
    items.push(at(watching(root, everywhere), [], operations({ watch: names.watchEverywhere })));
  }
  items.push(...subresourcePaths(scheme, definition, object, names.scoped));
  return items.filter(({ operations: found }) => found.length > 0);
}

/** A path with the parameters that stand in it, and `more`. */
function at(
  path: string,
  more: readonly Parameter[],
  operations: PathItem['operations'],
): PathItem {
  const isScoped = path.includes('{namespace}');
  return { path, parameters: [...more, ...(isScoped ? [NAMESPACE] : []), PRETTY], operations };
}

/** Where a group version is served: `/api/v1`, `/apis/apps/v1`. */
export function rootOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

function placesOf(definition: ResourceDefinition) {
  const root = rootOf(definition);
  const scope = definition.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `${root}${scope}/${definition.resource}`;
  return { root, collection, object: `${collection}/{name}` };
}

function watching(root: string, path: string): string {
  return `${root}/watch${path.slice(root.length)}`;
}

/** Kubernetes' names of a resource's operations, which generated clients show. */
function operationNames(definition: ResourceDefinition) {
  const { kind, namespaced } = definition;
  const groupVersion = groupVersionName(definition);
  const scope = namespaced ? 'Namespaced' : '';
  const scoped = (verb: string, ending = '', method = '') =>
    `${verb}${groupVersion}${method}${scope}${kind}${ending}`;
  return {
    scoped,
    list: scoped('list'),
    listEverywhere: `list${groupVersion}${kind}ForAllNamespaces`,
    create: scoped('create'),
    clear: `delete${groupVersion}Collection${scope}${kind}`,
    watch: scoped('watch', 'List'),
    watchEverywhere: `watch${groupVersion}${kind}ListForAllNamespaces`,
    object: {
      get: scoped('read'),
      update: scoped('replace'),
      patch: scoped('patch'),
      delete: scoped('delete'),
    },
  };
}

/** `CoreV1`, `AppsV1`, `RbacAuthorizationV1`, `ExampleComV1`. */
function groupVersionName({ group, version }: ResourceDefinition): string {
  return [...groupWords(group), version].map(capitalize).join('');
}

/** `core_v1`, `apps_v1`, `rbacAuthorization_v1`: what the operations of a group version are found under. */
export function tagOf({ group, version }: { group: string; version: string }): string {
  const [first = '', ...rest] = groupWords(group);
  return `${first}${rest.map(capitalize).join('')}_${version}`;
}

function groupWords(group: string): readonly string[] {
  if (group === '') return ['core'];
  return group.replace(/\.k8s\.io$/, '').split(/[.-]/);
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
