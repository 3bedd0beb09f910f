/** Who owns which fields of one object: what `metadata.managedFields` says, as sets. All functions are pure. */
import type { ApiObject, ManagedFieldsEntry } from '../object.ts';
import { EMPTY_SET, type FieldSet } from './field-set.ts';
import { fieldSetText, parseFieldSet } from './field-set-text.ts';
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts';

export type ManagerOperation = 'Apply' | 'Update';

/** What tells two managers apart. Appliers are one in whatever version they apply; updaters are not. */
export interface ManagerIdentity {
  readonly manager: string;
  readonly operation: ManagerOperation;
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
}

export interface Manager extends ManagerIdentity {
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

export type Managers = readonly Manager[];

/** More updaters than these are collapsed, the oldest first. */
const MAX_UPDATERS = 10;
const ANCIENT_CHANGES = 'ancient-changes';

export function isSameManager(a: ManagerIdentity, b: ManagerIdentity): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

export function toManager(
  { manager, operation, apiVersion, subresource }: ManagerIdentity,
  time: string | undefined,
  fields: FieldSet,
): Manager {
  return { manager, operation, apiVersion, subresource, time, fields };
}

/** A change of one manager's fields; a manager without fields is none. */
export function setManager(managers: Managers, next: Manager): Managers {
  const others = managers.filter((manager) => !isSameManager(manager, next));
  return next.fields.isEmpty ? others : [...others, next];
}

/**
 * The managers that stored or sent entries speak of. @throws {ApiError} BadRequest for entries that are not well-formed
 */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  if (!entries) return [];
  return entries.map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    fields: readFields(entry.fieldsV1),
  }));
}

function readFields(fields: ManagedFieldsEntry['fieldsV1']): FieldSet {
  if (typeof fields === 'string') return parseFieldSet(fields);
  return fields === undefined ? EMPTY_SET : fromFieldsV1(fields);
}

/** As the entries are stored: the fields as text, which equal sets share. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.length === 0) return undefined;
  const sorted = managers.length === 1 ? managers : [...managers].sort(compareManagers);
  return sorted.map(writeManager);
}

function writeManager({
  manager,
  operation,
  apiVersion,
  subresource,
  time,
  fields,
}: Manager): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = { manager, operation, apiVersion };
  if (time !== undefined) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 = fieldSetText(fields);
  if (subresource !== '') entry.subresource = subresource;
  return entry;
}

/** Appliers come first, then whoever wrote longest ago. */
function compareManagers(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether two lists of entries say the same, whenever it was said. */
export function sameManagers(
  a: readonly ManagedFieldsEntry[] | undefined,
  b: readonly ManagedFieldsEntry[] | undefined,
): boolean {
  if (a === b) return true;
  const [left, right] = [a ?? [], b ?? []];
  if (left.length !== right.length) return false;
  return left.every((entry) => right.some((other) => sameEntry(entry, other)));
}

const sameEntry = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.apiVersion === b.apiVersion &&
  (a.subresource ?? '') === (b.subresource ?? '') &&
  a.fieldsV1 === b.fieldsV1;

/** Entries in the form that clients see: FieldsV1 instead of text. */
export function showEntry(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  if (typeof entry.fieldsV1 !== 'string') return entry;
  return { ...entry, fieldsV1: toFieldsV1(parseFieldSet(entry.fieldsV1)) };
}

/** The object as clients see it: its entries in their form. */
export function showManagers<T extends ApiObject>(object: T): T {
  const { managedFields } = object.metadata;
  if (!managedFields) return object;
  return {
    ...object,
    metadata: { ...object.metadata, managedFields: managedFields.map(showEntry) },
  };
}

/** The managers with no more than ten updaters: the oldest of each version become `ancient-changes`. */
export function capUpdaters(managers: Managers): Managers {
  if (managers.length <= MAX_UPDATERS) return managers;
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return managers;
  updaters.sort((a, b) => compareText(a.time ?? '', b.time ?? '') || compareManagers(a, b));
  let left = updaters.length;
  let capped = managers;
  const firstOfVersion = new Map<string, Manager>();
  for (const updater of updaters) {
    if (left <= MAX_UPDATERS) break;
    const first = firstOfVersion.get(updater.apiVersion);
    const bucket = toBucket(updater, first);
    // Alone in its version it stays who it is.
    if (first) {
      capped = capped.filter((manager) => manager !== updater && manager !== first);
      capped = [...capped, bucket];
      left--;
    }
    firstOfVersion.set(updater.apiVersion, first ? bucket : updater);
  }
  return capped;
}

function toBucket({ apiVersion, time, fields }: Manager, first: Manager | undefined): Manager {
  return {
    manager: ANCIENT_CHANGES,
    operation: 'Update',
    apiVersion,
    subresource: '',
    time,
    fields: first ? first.fields.union(fields) : fields,
  };
}
