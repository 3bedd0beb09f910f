import { EMPTY_SET } from './field-set.ts';
import { capUpdaters, isSameManager, type Managers, setManager, toManager } from './managers.ts';
import {
  Comparisons,
  differenceOf,
  releaseFields,
  UNOWNED,
  unionOf,
  type Write,
} from './writes.ts';

/** The managers after an update: what changed is the writer's, and what is gone is nobody's. */
export function afterUpdate(write: Write): Managers {
  const { managers, writer, time } = write;
  const comparisons = new Comparisons(write);
  const own = comparisons.in(writer.apiVersion);
  if (!own) return managers;
  const changed = differenceOf(own.changed, UNOWNED);
  if (changed.isEmpty && own.removed.isEmpty) return managers;
  const others = releaseFields(managers, writer, comparisons);
  const previous = managers.find((manager) => isSameManager(manager, writer));
  if (changed.isEmpty && !previous) return others;
  const kept = differenceOf(previous?.fields ?? EMPTY_SET, own.removed);
  const updated = toManager(writer, time, unionOf(kept, changed));
  return capUpdaters(setManager(others, updated));
}
