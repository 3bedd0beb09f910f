import { isJsonObject, type JsonObject, valueAt } from '../output/json-values.ts';
import { summarizeChanges } from './changes.ts';

/** Remembers the last state of each object, to say what an event changed. */
export class ObjectStates {
  readonly #states = new Map<string, JsonObject>();

  get size(): number {
    return this.#states.size;
  }

  /** Takes an event in. @returns what it changed; undefined when nothing that anybody wants to see */
  apply(type: string, object: JsonObject): string | undefined {
    const uid = String(valueAt(object, ['metadata', 'uid']) ?? '');
    const previous = this.#states.get(uid);
    if (type === 'DELETED') {
      this.#states.delete(uid);
      return '';
    }
    this.#states.set(uid, object);
    if (!previous) return summarizeNew(object);
    const changes = summarizeChanges(previous, object);
    return changes === '' ? undefined : changes;
  }
}

/** What a new object wants to be. */
function summarizeNew(object: JsonObject): string {
  const { spec } = object;
  if (!isJsonObject(spec)) return '';
  const facts = [
    ['replicas', spec.replicas],
    ['node', spec.nodeName],
    ['phase', valueAt(object, ['status', 'phase'])],
  ] as const;
  return facts
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ');
}
