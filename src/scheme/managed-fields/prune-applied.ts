import type { ApiObject } from '../object.ts';
import { EMPTY_SET, type FieldSet } from './field-set.ts';
import type { Manager, Managers } from './managers.ts';
import { pruneFields } from './merge.ts';
import { ownedFields } from './owned-fields.ts';
import { unionOf, type Versions } from './writes.ts';

export interface PruneInput {
  readonly merged: ApiObject;
  readonly previous: Manager;
  /** Everybody who owns anything now, the applier with its new configuration included. */
  readonly owners: Managers;
  readonly versions: Versions;
}

/**
 * The merged object without what its applier applied before and nobody owns now.
 * Fields are pruned in the version that they were applied in, and kept in each version that somebody owns some in.
 */
export function pruneApplied({ merged, previous, owners, versions }: PruneInput): ApiObject {
  const kept = new Map<string, FieldSet>([[previous.apiVersion, EMPTY_SET]]);
  for (const { apiVersion, fields } of owners) {
    kept.set(apiVersion, unionOf(kept.get(apiVersion) ?? EMPTY_SET, fields));
  }
  let pruned = merged;
  let last = previous.fields;
  for (const [apiVersion, fields] of kept) {
    const structure = versions.structure(apiVersion);
    if (!structure) continue;
    const whole = convertTo(versions, merged, apiVersion);
    if (apiVersion !== previous.apiVersion) {
      const left = ownedFields(convertTo(versions, pruned, apiVersion), structure);
      last = ownedFields(whole, structure).difference(left);
      pruned = pruneFields(whole, { last, kept: left.union(fields) }, structure);
    } else {
      pruned = pruneFields(whole, { last, kept: fields }, structure);
    }
  }
  return convertTo(versions, pruned, merged.apiVersion);
}

const convertTo = (versions: Versions, object: ApiObject, apiVersion: string): ApiObject =>
  object.apiVersion === apiVersion ? object : versions.convert(object, apiVersion);
