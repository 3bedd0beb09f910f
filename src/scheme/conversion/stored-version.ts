/** Objects that were stored by a server with another storage version: an older one, or a newer one before a downgrade. */
import { type ApiObject, parseApiVersion } from '../object.ts';
import type { ResourceDefinition } from '../resource.ts';
import type { Scheme } from '../scheme.ts';
import { toStorage } from './convert.ts';

/**
 * `stored` in today's storage version, with the defaults of both; itself when it is in that version. Custom resources are
 * converted by their own definitions. `stored` is private and may be changed.
 * @throws {Error} when this server does not know the version
 */
export function upgradeStored(scheme: Scheme, stored: ApiObject): ApiObject {
  const { group, version } = parseApiVersion(stored.apiVersion);
  const definition = scheme.findKnownByKind(group, version, stored.kind);
  if (!definition) {
    if (!isBuiltInKind(scheme, group, stored.kind)) return stored;
    const { name = '', namespace = '' } = stored.metadata;
    throw new Error(
      `${stored.kind} "${name}" in "${namespace}" is stored as ${stored.apiVersion}, which this server does not know: start the server that wrote it, and migrate it there to a version that both know`,
    );
  }
  if (isCustom(definition)) return stored;
  const storage = scheme.storageOf(definition);
  if (storage === definition) return stored;
  scheme.strategy(definition).applyDefaults?.(stored);
  const upgraded = toStorage(scheme, definition, stored);
  scheme.strategy(storage).applyDefaults?.(upgraded);
  return upgraded;
}

/** Whether an object of a custom resource is stored in another version than its definition asks for now. */
export function isStoredInOldVersion(scheme: Scheme, { apiVersion, kind }: ApiObject): boolean {
  const { group, version } = parseApiVersion(apiVersion);
  const definition = scheme.findKnownByKind(group, version, kind);
  return definition !== undefined && isCustom(definition) && definition.storageVersion !== version;
}

function isCustom({ served }: ResourceDefinition): boolean {
  return served !== undefined;
}

function isBuiltInKind(scheme: Scheme, group: string, kind: string): boolean {
  return scheme
    .definitions()
    .some((each) => each.group === group && each.kind === kind && !isCustom(each));
}
