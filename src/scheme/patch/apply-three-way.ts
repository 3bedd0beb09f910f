import type { JsonObject } from './json-value.ts';
import { lastApplied, withLastApplied } from './last-applied.ts';
import type { PatchSchema } from './patch-schema.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';
import { createThreeWayMergePatch } from './three-way-merge.ts';

export interface ApplyResult<T> {
  /** The object with the manifest applied, last-applied annotation included. */
  readonly merged: T;
  /** The strategic merge patch that leads there. */
  readonly patch: JsonObject;
  /** False when the manifest says nothing new: `unchanged` in kubectl's words. */
  readonly changed: boolean;
}

/**
 * Applies a manifest to the object as it is, as `kubectl apply` does. Nothing is mutated.
 * @throws {ApiError} BadRequest when the object's last-applied annotation is broken
 */
export function applyThreeWay<T extends object>(
  current: T,
  manifest: object,
  schema: PatchSchema,
): ApplyResult<T> {
  const modified = withLastApplied(manifest);
  const patch = createThreeWayMergePatch(
    { original: lastApplied(current), modified, current },
    schema,
  );
  const changed = Object.keys(patch).length > 0;
  const merged = changed ? applyStrategicMergePatch(current, patch, schema) : current;
  return { merged, patch, changed };
}
