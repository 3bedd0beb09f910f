/** What whoever applies a configuration says: its leaves, the elements of its lists and the entries of its maps. */
import { isJsonObject, type JsonObject } from '../patch/json-value.ts';
import { byIdentity } from './elements.ts';
import { EMPTY_SET, FieldSet, MEMBER } from './field-set.ts';
import { elementsOf, memberOf, membersOf } from './members.ts';
import type { PathElement } from './path-element.ts';
import type { KeyedStructure, Structure } from './structure.ts';

/** The set of the fields that `configuration` has. Without its root: nobody owns a whole object. */
export function ownedFields(configuration: object, structure: Structure): FieldSet {
  return ownedMembers(configuration as JsonObject, structure);
}

function ownedValue(value: unknown, structure: Structure): FieldSet {
  const members = membersOf(structure, value);
  if (members) return ownedMembers(members, structure);
  const elements = elementsOf(structure, value);
  return elements ? ownedElements(elements, structure) : MEMBER;
}

function ownedMembers(object: JsonObject, structure: Structure): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined) continue;
    const member = memberOf(structure, name);
    const below = ownedValue(value, member.structure);
    const isEmpty = value === null || (isJsonObject(value) && Object.keys(value).length === 0);
    const isOwnedItself = isEmpty || !(member.isDeclared || structure.kind === 'free');
    const owned = isOwnedItself ? below.union(MEMBER) : below;
    if (!owned.isEmpty) children.set(member.element, owned);
  }
  return children.size > 0 ? new FieldSet(false, children) : EMPTY_SET;
}

function ownedElements(list: readonly unknown[], structure: Structure): FieldSet {
  const keyed = structure.kind === 'keyed' ? structure : undefined;
  const children = new Map<PathElement, FieldSet>();
  for (const [identity, items] of byIdentity(list, keyed)) {
    children.set(identity, ownedElement(items[0], keyed));
  }
  return children.size > 0 ? new FieldSet(false, children) : EMPTY_SET;
}

const ownedElement = (item: unknown, keyed: KeyedStructure | undefined): FieldSet =>
  keyed ? ownedValue(item, keyed.items).union(MEMBER) : MEMBER;
