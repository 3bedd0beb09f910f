import { entityTooLarge } from '../scheme/errors.ts';
import type { ApiObject } from '../scheme/object.ts';

/** etcd's default limit of a request, which users of Kubernetes know: 1.5 MiB of JSON. */
export const MAX_OBJECT_BYTES = 1_572_864;

/** JSON spells one UTF-16 unit with at most six bytes (`\u0000`), so that many fewer units cannot reach the limit. */
const SURELY_SMALL_UNITS = MAX_OBJECT_BYTES / 6;

/** Refuses an object that is too large to store. Encodes only those that could be. */
export function assertStorableSize(object: ApiObject): void {
  if (unitsAtMost(object, SURELY_SMALL_UNITS) < SURELY_SMALL_UNITS) return;
  const bytes = Buffer.byteLength(JSON.stringify(object));
  if (bytes <= MAX_OBJECT_BYTES) return;
  throw entityTooLarge(
    `Request entity too large: ${object.kind} "${object.metadata.name}" is ${bytes} bytes of JSON, the limit is ${MAX_OBJECT_BYTES} (1.5 MiB)`,
  );
}

/** How many units a status has that is not worth looking at the whole object for. */
const SMALL_STATUS_UNITS = 16_384;

/** As {@link assertStorableSize}, for an object of which only metadata and status have changed. */
export function assertStorableGrowth(object: ApiObject): void {
  const { metadata, status } = object as ApiObject & { status?: unknown };
  const units = unitsAtMost(status, SMALL_STATUS_UNITS) + unitsAtMost(metadata, SMALL_STATUS_UNITS);
  if (units >= SMALL_STATUS_UNITS) assertStorableSize(object);
}

/** How many UTF-16 units `value` takes as JSON, escapes aside, counted no further than `limit`. */
function unitsAtMost(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object' || value === null) return 24;
  let units = 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && units < limit; i++) units += unitsAtMost(value[i], limit);
    return units;
  }
  for (const key in value) {
    if (units >= limit) return units;
    units += key.length + 4 + unitsAtMost((value as Record<string, unknown>)[key], limit);
  }
  return units;
}
