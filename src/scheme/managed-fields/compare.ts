/**
 * What differs between two states of an object. Runs with every write: what both states share by reference is not looked at,
 * and sets that were made before are found again, not made.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { JsonObject } from '../patch/json-value.ts';
import { byIdentity, identify } from './elements.ts';
import { EMPTY_SET, type FieldSet, MEMBER } from './field-set.ts';
import { elementsOf, memberOf, membersOf } from './members.ts';
import { type SetDraft, startDraft } from './set-draft.ts';
import type { KeyedStructure, Structure } from './structure.ts';

export interface Comparison {
  /** Fields that `after` has and `before` has not, or has with another value. */
  readonly changed: FieldSet;
  /** Fields that `before` has and `after` has not. */
  readonly removed: FieldSet;
}

/** Undefined when nothing differs. */
type Difference = FieldSet | undefined;

export function compareObjects(before: object, after: object, structure: Structure): Comparison {
  return {
    changed: changedIn(structure, before, after) ?? EMPTY_SET,
    removed: missingIn(structure, before, after) ?? EMPTY_SET,
  };
}

const setOf = (draft: SetDraft, isMember: boolean): Difference =>
  draft.isEmpty && !isMember ? undefined : draft.set;

/** `isMarked`: whether the value itself counts as set when it is new, beside what is in it. */
function changedIn(
  structure: Structure,
  before: unknown,
  after: unknown,
  isMarked = true,
): Difference {
  if (before === after) return undefined;
  const isNew = before === undefined || before === null;
  const members = membersOf(structure, after);
  const elements = members ? undefined : elementsOf(structure, after);
  if (!members && !elements) return !isNew && deepEqual(before, after) ? undefined : MEMBER;
  const start = startDraft(isNew && isMarked);
  const draft = members
    ? changedMembers(start, structure, membersOf(structure, before), members)
    : changedElements(
        start,
        structure,
        elementsOf(structure, before) ?? NO_ELEMENTS,
        elements ?? [],
      );
  // What is there and empty is owned itself: there is nothing in it to own.
  return setOf(draft, isNew && isMarked) ?? (isNew ? MEMBER : undefined);
}

const NO_ELEMENTS: readonly unknown[] = [];

function changedMembers(
  start: SetDraft,
  structure: Structure,
  before: JsonObject | undefined,
  after: JsonObject,
): SetDraft {
  let draft = start;
  for (const name in after) {
    const value = after[name];
    const previous = before && Object.hasOwn(before, name) ? before[name] : undefined;
    if (value === undefined || value === previous) continue;
    const member = memberOf(structure, name);
    const difference = changedIn(member.structure, previous, value, !member.isAlwaysThere);
    if (difference) draft = draft.with(member.element, difference);
  }
  return draft;
}

function changedElements(
  start: SetDraft,
  structure: Structure,
  before: readonly unknown[],
  after: readonly unknown[],
): SetDraft {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  if (after.length === 1 && before.length <= 1)
    return changedOnly(start, keyed, before[0], after[0]);
  const known = before.length > 0 ? byIdentity(before, keyed) : undefined;
  let draft = start;
  for (const [identity, items] of byIdentity(after, keyed)) {
    const previous = known?.get(identity);
    const difference = keyed
      ? changedElement(keyed, previous, items)
      : previous
        ? undefined
        : MEMBER;
    if (difference) draft = draft.with(identity, difference);
  }
  return draft;
}

/** Most lists have one element: it is told from the one before without any index. */
function changedOnly(
  start: SetDraft,
  keyed: KeyedStructure | undefined,
  before: unknown,
  after: unknown,
): SetDraft {
  const identity = identify(after, keyed);
  const isKept = before !== undefined && identify(before, keyed) === identity;
  if (!keyed) return isKept ? start : start.with(identity, MEMBER);
  const difference = changedIn(keyed.items, isKept ? before : undefined, after);
  return difference ? start.with(identity, difference) : start;
}

/** Elements that share a key cannot be told apart: they are owned as one. */
function changedElement(
  { items: structure }: KeyedStructure,
  before: readonly unknown[] | undefined,
  after: readonly unknown[],
): Difference {
  if (after.length === 1 && (before === undefined || before.length === 1)) {
    return changedIn(structure, before?.[0], after[0]);
  }
  return deepEqual(before, after) ? undefined : MEMBER;
}

function missingIn(structure: Structure, before: unknown, after: unknown): Difference {
  if (before === after || before === undefined || before === null) return undefined;
  const isGone = after === undefined || after === null;
  const members = membersOf(structure, before);
  const elements = members ? undefined : elementsOf(structure, before);
  if (!members && !elements) return isGone ? MEMBER : undefined;
  const start = startDraft(isGone);
  const draft = members
    ? missingMembers(start, structure, members, membersOf(structure, after))
    : missingElements(
        start,
        structure,
        elements ?? [],
        elementsOf(structure, after) ?? NO_ELEMENTS,
      );
  return setOf(draft, isGone);
}

function missingMembers(
  start: SetDraft,
  structure: Structure,
  before: JsonObject,
  after: JsonObject | undefined,
): SetDraft {
  let draft = start;
  for (const name in before) {
    const value = before[name];
    const next = after && Object.hasOwn(after, name) ? after[name] : undefined;
    // Most members are plain values, of which it is enough that they are there.
    if (value === next || (next !== undefined && typeof value !== 'object')) continue;
    const member = memberOf(structure, name);
    const difference = missingIn(member.structure, value, next);
    if (difference) draft = draft.with(member.element, difference);
  }
  return draft;
}

function missingElements(
  start: SetDraft,
  structure: Structure,
  before: readonly unknown[],
  after: readonly unknown[],
): SetDraft {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  if (before.length === 1 && after.length <= 1)
    return missingOnly(start, keyed, before[0], after[0]);
  const kept = byIdentity(after, keyed);
  let draft = start;
  for (const [identity, [item]] of byIdentity(before, keyed)) {
    const next = kept.get(identity)?.[0];
    const difference = keyed
      ? missingIn(keyed.items, item, next)
      : kept.has(identity)
        ? undefined
        : MEMBER;
    if (difference) draft = draft.with(identity, difference);
  }
  return draft;
}

function missingOnly(
  start: SetDraft,
  keyed: KeyedStructure | undefined,
  before: unknown,
  after: unknown,
): SetDraft {
  const identity = identify(before, keyed);
  const isKept = after !== undefined && identify(after, keyed) === identity;
  if (!keyed) return isKept ? start : start.with(identity, MEMBER);
  const difference = missingIn(keyed.items, before, isKept ? after : undefined);
  return difference ? start.with(identity, difference) : start;
}
