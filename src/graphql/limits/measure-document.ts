import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** The size of the largest operation of a document, with fragments as often as they are spread. */
export interface DocumentSize {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const NOTHING: DocumentSize = { depth: 0, fields: 0, aliases: 0 };

/**
 * Measures in time linear in the document's own size: each fragment is measured once. Fragments that contain themselves
 * count nothing; validation refuses them.
 */
export function measureDocument(document: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, DocumentSize>();

  function measureFragment(name: string): DocumentSize {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const size = fragment ? measure(fragment.selectionSet) : NOTHING;
    measured.set(name, size);
    return size;
  }

  function measure(selectionSet: SelectionSetNode | undefined): DocumentSize {
    let depth = 0;
    let fields = 0;
    let aliases = 0;
    for (const selection of selectionSet?.selections ?? []) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : measure(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      depth = Math.max(depth, inner.depth + (isField ? 1 : 0));
      fields += inner.fields + (isField ? 1 : 0);
      aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
    }
    return { depth, fields, aliases };
  }

  return document.definitions
    .map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? measure(definition.selectionSet) : NOTHING,
    )
    .reduce(larger, NOTHING);
}

function larger(a: DocumentSize, b: DocumentSize): DocumentSize {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: Math.max(a.fields, b.fields),
    aliases: Math.max(a.aliases, b.aliases),
  };
}
