import type { KindDefinition, ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { KindName } from './published-schema.ts';

/** What the types of a scheme are the kinds of: documents say so with each schema, and clients find it by that. */
export interface KindIndex {
  /** The kinds whose objects are of the type. */
  kindsOf(typeName: string): readonly KindName[];
  /** The custom resource whose lists are of the type: their types are nowhere declared. */
  listedBy(typeName: string): ResourceDefinition | undefined;
}

export function createKindIndex(scheme: Scheme): KindIndex {
  const kinds = new Map<string, KindName[]>();
  const lists = new Map<string, ResourceDefinition>();
  const add = (typeName: string, { group, version, kind }: KindName) => {
    const known = kinds.get(typeName) ?? [];
    if (!known.some((each) => each.group === group && each.version === version)) {
      kinds.set(typeName, [...known, { group, version, kind }]);
    }
  };
  for (const definition of scheme.served()) {
    add(definition.schemaName, definition);
    const listName = listTypeOf(definition);
    add(listName, { ...definition, kind: definition.listKind });
    if (!scheme.type(listName)) lists.set(listName, definition);
    for (const { kind } of definition.subresources) {
      const other = kind && findKind(scheme, kind);
      if (other) add(other.schemaName, other);
    }
  }
  for (const kind of requestKinds(scheme)) add(kind.schemaName, kind);
  return {
    kindsOf: (typeName) => kinds.get(typeName) ?? [],
    listedBy: (typeName) => lists.get(typeName),
  };
}

/** The type of lists of a resource. */
export function listTypeOf({ schemaName }: ResourceDefinition): string {
  return `${schemaName}List`;
}

/** A kind by its name, with or without a resource; undefined for options, which have no schema. */
export function findKind(scheme: Scheme, name: KindName): KindDefinition | undefined {
  const { group, version, kind } = name;
  return scheme.findKnownByKind(group, version, kind) ?? scheme.findOtherKind(group, version, kind);
}

/** What every group's requests and answers are made of. */
function requestKinds(scheme: Scheme): readonly KindDefinition[] {
  return ['DeleteOptions', 'Status'].flatMap((kind) => scheme.findOtherKind('', 'v1', kind) ?? []);
}
