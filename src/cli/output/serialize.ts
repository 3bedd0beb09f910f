import { stringify } from 'yaml';
import { isJsonObject, type JsonObject, sortKeys, withoutManagedFields } from './json-values.ts';

export interface SerializeOptions {
  /** @default false */
  readonly showManagedFields?: boolean;
}

/** Objects as one document: the object itself, or a `List` of them. */
export function toDocument(
  objects: readonly unknown[],
  { asList, showManagedFields = false }: SerializeOptions & { asList: boolean },
): unknown {
  const shown = objects.map((object) =>
    isJsonObject(object) && !showManagedFields ? withoutManagedFields(object) : object,
  );
  if (!asList) return shown[0];
  const list: JsonObject = {
    apiVersion: 'v1',
    items: shown,
    kind: 'List',
    metadata: { resourceVersion: '' },
  };
  return list;
}

/** YAML in kubectl's form: keys sorted, lists not indented, long lines not folded. Ends with a line feed. */
export function toYaml(value: unknown): string {
  return stringify(sortKeys(value), {
    indentSeq: false,
    lineWidth: 0,
    blockQuote: 'literal',
    aliasDuplicateObjects: false,
    // Texts that older readers take for something else (yes, 2026-01-31) are quoted.
    version: '1.1',
  });
}

/** JSON in kubectl's form: keys sorted, four spaces. Ends with a line feed. */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), null, 4)}\n`;
}
