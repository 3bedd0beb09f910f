/** Server-side apply: a configuration is laid over an object, and whoever applies it owns what it says. Pure. */
import { invariant } from '../../lib/errors.ts';
import type { ApiObject } from '../object.ts';
import { afterUpdate } from './after-update.ts';
import { agreedSinceLastApply, CLIENT_SIDE_TOOL } from './client-side-apply.ts';
import { applyConflict, type FieldConflict } from './conflicts.ts';
import type { FieldSet } from './field-set.ts';
import { fieldSetText } from './field-set-text.ts';
import {
  isSameManager,
  type Manager,
  type ManagerIdentity,
  type Managers,
  setManager,
} from './managers.ts';
import { mergeConfiguration } from './merge.ts';
import { ownedFields } from './owned-fields.ts';
import { pruneApplied } from './prune-applied.ts';
import type { Structure } from './structure.ts';
import {
  Comparisons,
  differenceOf,
  releaseFields,
  UNOWNED,
  type Versions,
  type Write,
} from './writes.ts';

export interface Application {
  /** The object as it is; undefined when there is none yet. In the version of `applier`. */
  readonly live: ApiObject | undefined;
  /** Without anything that is not to be owned, such as nulls. */
  readonly configuration: ApiObject;
  readonly managers: Managers;
  readonly applier: ManagerIdentity;
  readonly time: string;
  /** Takes over what others own. */
  readonly force: boolean;
  readonly versions: Versions;
}

export interface Applied {
  readonly object: ApiObject;
  readonly managers: Managers;
}

/** Who owned what was there before anybody applied anything. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Lays the configuration over the object, and takes out what the applier applied before, does not any more, and nobody else
 * owns. @throws {ApiError} Conflict when it changes what others own, unless by force
 */
export function applyConfiguration(application: Application): Applied {
  const { live, configuration, applier, versions, time } = application;
  const structure = structureFor(versions, applier.apiVersion);
  const managers = live ? withOriginalOwner(application, live) : application.managers;
  const previous = managers.find((manager) => isSameManager(manager, applier));
  const stated = ownedFields(configuration, structure);
  const fields = differenceOf(stated, UNOWNED);
  // The name and its like are nobody's, but hold the metadata that they are in.
  const owners = setManager(managers, { ...applier, time, fields: stated });
  const claimed = setManager(managers, { ...applier, time: previous?.time ?? time, fields });
  const before = live ?? configuration;
  const merged = mergeConfiguration(before, configuration, structure) as ApiObject;
  const object = previous ? pruneApplied({ merged, previous, owners, versions }) : merged;
  const write = { before, after: object, managers: claimed, writer: applier, time, versions };
  const comparisons = new Comparisons(write);
  assertNoConflict(application, claimed, comparisons);
  const released = releaseFields(claimed, applier, comparisons);
  const isSame = live !== undefined && isUnchanged(comparisons, write, { previous, fields });
  const stamped = { ...applier, time: isSame ? (previous?.time ?? time) : time, fields };
  return { object, managers: setManager(released, stamped) };
}

function isUnchanged(
  comparisons: Comparisons,
  { writer }: Write,
  { previous, fields }: { readonly previous: Manager | undefined; readonly fields: FieldSet },
): boolean {
  const comparison = comparisons.in(writer.apiVersion);
  const isClaimed =
    previous !== undefined && fieldSetText(previous.fields) === fieldSetText(fields);
  const isSameObject = comparison?.changed.isEmpty && comparison.removed.isEmpty;
  return isClaimed && isSameObject === true;
}

function structureFor(versions: Versions, apiVersion: string): Structure {
  const structure = versions.structure(apiVersion);
  invariant(structure, `nothing is applied in ${apiVersion}, which is not known`);
  return structure;
}

/** An object that nobody kept accounts of is owned, as it is, by whoever was there before. */
function withOriginalOwner(
  { managers, applier, time, versions }: Application,
  live: ApiObject,
): Managers {
  if (managers.length > 0) return managers;
  const { apiVersion } = applier;
  const writer = {
    manager: BEFORE_FIRST_APPLY,
    operation: 'Update',
    apiVersion,
    subresource: '',
  } as const;
  const nothing = { apiVersion: live.apiVersion, kind: live.kind, metadata: {} };
  return afterUpdate({ before: nothing, after: live, managers, writer, time, versions });
}

function assertNoConflict(
  { applier, force, live, versions }: Application,
  managers: Managers,
  comparisons: Comparisons,
): void {
  if (force || !live) return;
  const conflicts: FieldConflict[] = [];
  for (const manager of managers) {
    const changed = comparisons.in(manager.apiVersion)?.changed;
    if (!changed || isSameManager(manager, applier)) continue;
    const fields = manager.fields.intersection(changed);
    if (!fields.isEmpty) conflicts.push({ manager, fields });
  }
  const left =
    applier.manager === CLIENT_SIDE_TOOL ? contested(conflicts, live, versions) : conflicts;
  if (left.length > 0) throw applyConflict(left);
}

/** The conflicts beyond what the same user's client-side apply has set, and nobody has changed since. */
function contested(
  conflicts: readonly FieldConflict[],
  live: ApiObject,
  versions: Versions,
): readonly FieldConflict[] {
  if (conflicts.length === 0) return conflicts;
  const agreed = agreedSinceLastApply(live, structureFor(versions, live.apiVersion));
  return conflicts
    .map(({ manager, fields }) => ({ manager, fields: fields.difference(agreed) }))
    .filter(({ fields }) => !fields.isEmpty);
}
