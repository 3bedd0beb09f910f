import { badRequest } from '../../scheme/errors.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';

/** What a path below `/api` or `/apis` names. */
export interface ResourcePath {
  readonly definition: ResourceDefinition;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows a subresource that has paths of its own, as `proxy`: without its leading slash. */
  readonly rest: string | undefined;
  /** Whether it began with `watch/`, as the oldest clients ask for watches. */
  readonly isWatch: boolean;
}

/**
 * `/api/v1/…` and `/apis/GROUP/VERSION/…`, as Kubernetes reads them: `[watch/][namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]]`.
 * Undefined where no served resource is. @throws {ApiError} BadRequest for escapes that mean nothing
 */
export function parseResourcePath(scheme: Scheme, pathname: string): ResourcePath | undefined {
  const parts = pathname.split('/').slice(1).map(decodeSegment);
  const isCore = parts[0] === 'api';
  const group = isCore ? '' : parts[1];
  const version = isCore ? parts[1] : parts[2];
  if (group === undefined || version === undefined) return undefined;
  let below = parts.slice(isCore ? 2 : 3);
  // A trailing slash means nothing.
  if (below.at(-1) === '') below = below.slice(0, -1);
  const isWatch = below[0] === 'watch';
  const find = (resource: string) => scheme.find(group, version, resource);
  return placeOf(find, isWatch ? below.slice(1) : below, isWatch);
}

type FindResource = (resource: string) => ResourceDefinition | undefined;

function placeOf(
  find: FindResource,
  parts: readonly string[],
  isWatch: boolean,
): ResourcePath | undefined {
  const [first, namespace, inside] = parts;
  const isNamespaced =
    first === 'namespaces' &&
    namespace !== undefined &&
    inside !== undefined &&
    !isNamespaceSubresource(find, inside);
  const [resource = '', name, subresource, ...rest] = isNamespaced ? parts.slice(2) : parts;
  const definition = find(resource);
  if (!definition || (isNamespaced && !definition.namespaced)) return undefined;
  if ([isNamespaced && namespace, name, subresource].includes('')) return undefined;
  // What has a namespace is found in it alone.
  if (definition.namespaced && !isNamespaced && name !== undefined) return undefined;
  if (subresource !== undefined && !hasSubresource(definition, subresource)) return undefined;
  const takesPath = subresource === 'proxy';
  if (rest.length > 0 && !takesPath) return undefined;
  return {
    definition,
    namespace: isNamespaced ? namespace : undefined,
    name,
    subresource,
    rest: takesPath ? rest.join('/') : undefined,
    isWatch,
  };
}

function isNamespaceSubresource(find: FindResource, word: string): boolean {
  const namespaces = find('namespaces');
  return namespaces !== undefined && hasSubresource(namespaces, word);
}

function hasSubresource({ subresources }: ResourceDefinition, wanted: string): boolean {
  return subresources.some(({ name }) => name === wanted);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`the path has an escape that means nothing: ${segment}`);
  }
}
