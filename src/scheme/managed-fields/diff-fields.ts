import { deepEqual } from '../../lib/deep-equal.ts';
import type { ApiObject } from '../object.ts';
import type { JsonObject } from '../patch/json-value.ts';
import { byIdentity } from './elements.ts';
import { elementsOf, memberOf, membersOf } from './members.ts';
import { formatElement, type PathElement } from './path-element.ts';
import type { Structure } from './structure.ts';

/** One field that differs. */
export interface FieldChange {
  /** `.spec.template.spec.containers[name="nginx"].image` */
  readonly path: string;
  /** Undefined for a field that was not there. */
  readonly before: unknown;
  /** Undefined for a field that is not there any more. */
  readonly after: unknown;
}

/** What the system writes by itself, which says nothing of what somebody wants. */
const SYSTEM_METADATA: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
]);

/** What differs between two states of an object, by the smallest fields that differ, in order of their paths. */
export function diffFields(
  before: ApiObject | undefined,
  after: ApiObject,
  structure: Structure,
): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  collect(
    { path: '', before: before && withoutSystem(before), after: withoutSystem(after) },
    structure,
    changes,
  );
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function withoutSystem(object: ApiObject): ApiObject {
  const kept = Object.entries(object.metadata).filter(([name]) => !SYSTEM_METADATA.has(name));
  return { ...object, metadata: Object.fromEntries(kept) };
}

function collect(change: FieldChange, structure: Structure, changes: FieldChange[]): void {
  const { before, after } = change;
  if (deepEqual(before, after)) return;
  const sides = [before, after].filter((side) => side !== undefined && side !== null);
  if (sides.every((side) => membersOf(structure, side))) {
    collectMembers(change, structure, changes);
  } else if (sides.every((side) => elementsOf(structure, side))) {
    collectElements(change, structure, changes);
  } else {
    changes.push(change);
  }
}

function collectMembers(change: FieldChange, structure: Structure, changes: FieldChange[]): void {
  const before = (change.before ?? {}) as JsonObject;
  const after = (change.after ?? {}) as JsonObject;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  if (names.size === 0) {
    changes.push(change);
    return;
  }
  for (const name of names) {
    const member = memberOf(structure, name);
    const path = change.path + formatElement(member.element);
    collect({ path, before: before[name], after: after[name] }, member.structure, changes);
  }
}

function collectElements(change: FieldChange, structure: Structure, changes: FieldChange[]): void {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  const before = byIdentity((change.before ?? []) as unknown[], keyed);
  const after = byIdentity((change.after ?? []) as unknown[], keyed);
  const side = (items: unknown[] | undefined): unknown =>
    items && items.length > 1 ? items : items?.[0];
  for (const identity of new Set<PathElement>([...before.keys(), ...after.keys()])) {
    const path = change.path + formatElement(identity);
    const element = { path, before: side(before.get(identity)), after: side(after.get(identity)) };
    collect(element, keyed?.items ?? LEAF, changes);
  }
}

const LEAF: Structure = { kind: 'leaf' };
