import type { ApiObject } from '../../scheme/object.ts';
import type { StoreEvent } from '../store.ts';
import { byCodeUnits } from './sorted-objects.ts';

/**
 * The state that `present` had before `events`, which led to it, in the same order. Costs one pass, and the sort of those
 * that are gone. Objects outside of `namespace` are left out, where one is given.
 */
export function rewind(
  present: readonly ApiObject[],
  events: readonly StoreEvent[],
  namespace?: string,
): readonly ApiObject[] {
  const before = stateBefore(events, namespace);
  if (before.size === 0) return present;
  const items: ApiObject[] = [];
  for (const object of present) {
    const key = keyOf(object.metadata.namespace ?? '', object.metadata.name ?? '');
    if (!before.has(key)) {
      items.push(object);
      continue;
    }
    const was = before.get(key);
    if (was) items.push(was);
    before.delete(key);
  }
  const gone = [...before.values()].filter((object) => object !== undefined);
  return gone.length === 0 ? items : [...items, ...gone].sort(byPlace);
}

/** What the first of an object's events replaced; undefined for one that was not there. */
function stateBefore(
  events: readonly StoreEvent[],
  namespace: string | undefined,
): Map<string, ApiObject | undefined> {
  const before = new Map<string, ApiObject | undefined>();
  for (const { key, previous } of events) {
    if (namespace !== undefined && key.namespace !== namespace) continue;
    const place = keyOf(key.namespace, key.name);
    if (!before.has(place)) before.set(place, previous);
  }
  return before;
}

/** Names hold no slash. */
function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function byPlace(a: ApiObject, b: ApiObject): number {
  return (
    byCodeUnits(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    byCodeUnits(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}
