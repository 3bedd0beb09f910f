import { type ApiObject, parseApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { toFieldName, toTypePrefix } from './names.ts';

/** `AppsV1Deployment`. */
export function toTypeName({
  group,
  version,
  kind,
}: Pick<ResourceDefinition, 'group' | 'version' | 'kind'>): string {
  return toTypePrefix(group, version) + toFieldName(kind);
}

/** Whether the objects of this resource are stored: reviews are answered and forgotten, usage is worked out. */
export function isStored({ verbs, isComputed }: ResourceDefinition): boolean {
  return verbs.includes('get') && !isComputed;
}

/** The served definition of an object, by its apiVersion and kind. */
export function definitionOf(
  scheme: Scheme,
  { apiVersion, kind }: Pick<ApiObject, 'apiVersion' | 'kind'>,
): ResourceDefinition | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  return scheme.findByKind(group, version, kind);
}
