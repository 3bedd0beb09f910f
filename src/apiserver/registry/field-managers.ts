/**
 * Keeps `metadata.managedFields`: who owns which field of an object. Runs with every write, before admission: what plugins
 * fill in is nobody's. Equal sets share one text, and a write that changes nothing keeps the entries that were there.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { fromStorage, toStorage } from '../../scheme/conversion/convert.ts';
import { ApiError } from '../../scheme/errors.ts';
import { afterUpdate } from '../../scheme/managed-fields/after-update.ts';
import {
  type ManagerIdentity,
  type ManagerOperation,
  type Managers,
  readManagers,
  sameManagers,
  writeManagers,
} from '../../scheme/managed-fields/managers.ts';
import { structureOf } from '../../scheme/managed-fields/structure.ts';
import type { Versions } from '../../scheme/managed-fields/writes.ts';
import {
  type ApiObject,
  type ManagedFieldsEntry,
  parseApiVersion,
  toApiVersion,
} from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { ServedResource } from './served-resource.ts';
import type { WriteScope } from './write-scope.ts';

type Entries = ManagedFieldsEntry[] | undefined;

/** Makes whoever creates the object the owner of all that they say. `decoded` is in the request's version. */
export function trackCreation(scope: WriteScope, decoded: ApiObject, object: ApiObject): void {
  const entries = writeManagers(scope.managers ?? managersOfNew(scope, decoded));
  if (entries) object.metadata.managedFields = entries;
}

function managersOfNew(scope: WriteScope, decoded: ApiObject): Managers {
  const { resource } = scope;
  const nothing = { apiVersion: decoded.apiVersion, kind: decoded.kind, metadata: {} };
  return afterUpdate({
    before: nothing,
    after: resource.hasStatus ? withoutStatus(decoded) : decoded,
    managers: [],
    writer: identityOf(scope, 'Update'),
    time: timeOf(scope),
    versions: versionsOf(resource),
  });
}

function withoutStatus(object: ApiObject): ApiObject {
  const { status: _, ...rest } = object as ApiObject & { status?: unknown };
  return rest;
}

export interface TrackedUpdate {
  readonly current: ApiObject;
  /** Private; in the version of `current`. */
  readonly next: ApiObject;
  /** The entries that came with the request: they count where the whole object is written. @default none */
  readonly given?: unknown;
}

/** Makes whoever writes the owner of what changes between `current` and `next`. */
export function trackUpdate(scope: WriteScope, { current, next, given }: TrackedUpdate): void {
  const { resource } = scope;
  const entries = current.metadata.managedFields;
  const isGiven = scope.managers !== undefined || mayGive(scope, given, entries);
  const managers =
    scope.managers ??
    (isGiven ? givenManagers(given as unknown[], entries) : readManagers(entries));
  const updated =
    scope.managers || managers.length === 0
      ? managers
      : afterUpdate({
          before: resource.fromStorage(current),
          after: resource.fromJudged(next),
          managers,
          writer: identityOf(scope, 'Update'),
          time: timeOf(scope),
          versions: versionsOf(resource),
        });
  const isKept = updated === managers && !isGiven;
  setEntries(next, isKept ? entries : writeManagers(updated));
}

function setEntries({ metadata }: ApiObject, entries: Entries): void {
  if (entries) metadata.managedFields = entries;
  else delete metadata.managedFields;
}

/** Whether the client speaks of managedFields: nobody does through a subresource, or by sending what is there. */
function mayGive(
  { subresource }: WriteScope,
  given: unknown,
  entries: Entries,
): given is unknown[] {
  return subresource === '' && given !== entries && Array.isArray(given) && given.length > 0;
}

/**
 * Who owns what before the write, as the client has it. Clients that do not know managedFields may send nonsense: then they
 * stay as they are. A list of one empty entry resets them.
 */
function givenManagers(given: readonly unknown[], entries: Entries): Managers {
  if (isReset(given)) return [];
  try {
    return readManagers(given as ManagedFieldsEntry[]);
  } catch (thrown) {
    // Ignored, as Kubernetes does: the client cannot have meant to take everybody's fields away.
    if (thrown instanceof ApiError) return readManagers(entries);
    throw thrown;
  }
}

const isReset = (given: readonly unknown[]): boolean =>
  given.length === 1 &&
  typeof given[0] === 'object' &&
  given[0] !== null &&
  Object.keys(given[0]).length === 0;

/**
 * Whether `next` says what `current` says. Nothing is written for a time alone: entries that say the same at another time are
 * put back.
 */
export function isUnchanged(next: ApiObject, current: ApiObject): boolean {
  const { managedFields: entries } = current.metadata;
  const { managedFields: written } = next.metadata;
  if (written === entries || !sameManagers(written, entries)) return deepEqual(next, current);
  setEntries(next, entries);
  if (deepEqual(next, current)) return true;
  setEntries(next, written);
  return false;
}

export function identityOf(scope: WriteScope, operation: ManagerOperation): ManagerIdentity {
  const { group, version } = scope.resource.definition;
  const { manager, subresource } = scope;
  return { manager, operation, apiVersion: toApiVersion(group, version), subresource };
}

export function timeOf({ registry }: WriteScope): string {
  return toRfc3339(registry.clock.now());
}

const versionsByResource = new WeakMap<ServedResource, Versions>();

/** The versions of a resource, as field sets of any of them need it. */
export function versionsOf(resource: ServedResource): Versions {
  const known = versionsByResource.get(resource);
  if (known) return known;
  const { scheme, definition } = resource;
  const find = (apiVersion: string): ResourceDefinition | undefined => {
    const { group, version } = parseApiVersion(apiVersion);
    return scheme.findKnownByKind(group, version, definition.kind);
  };
  const own = toApiVersion(definition.group, definition.version);
  const versions: Versions = {
    structure(apiVersion) {
      if (apiVersion === own) return structureOf(scheme, definition.schemaName);
      const found = find(apiVersion);
      return found && structureOf(scheme, found.schemaName);
    },
    convert(object, apiVersion) {
      const from = find(object.apiVersion);
      const to = find(apiVersion);
      if (!from || !to || from === to) return object;
      if (definition.served) return { ...object, apiVersion };
      // A copy, because views are remembered by object, and this one may still change.
      return fromStorage(scheme, to, { ...toStorage(scheme, from, object) });
    },
  };
  versionsByResource.set(resource, versions);
  return versions;
}
