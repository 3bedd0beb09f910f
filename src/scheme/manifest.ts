import {
  type Document,
  isAlias,
  isCollection,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml';
import { badRequest } from './errors.ts';

/** One object of a manifest, or what is wrong with its place. */
export interface ManifestDocument {
  /** Counts from 1; the members of a `List` share that of the list. */
  readonly document: number;
  /** The line it begins on, from 1. */
  readonly line: number;
  readonly content: { readonly value: unknown } | { readonly error: Error };
}

/** Aliases may multiply a document by this much at most: more is an attack ("billion laughs"). */
const MAX_ALIAS_COUNT = 100;

/**
 * The objects of a YAML or JSON text with any number of documents. Empty documents are left out, `List`s are taken apart,
 * and a document that cannot be read is an error in its place, so that the others can go on.
 */
export function parseManifest(text: string): readonly ManifestDocument[] {
  const asJson = parseJson(text);
  const documents = asJson ? [asJson] : parseYaml(text);
  return documents.flatMap(takeListApart);
}

/** JSON is YAML, but its own parser is faster by far. Undefined when it is not JSON. */
function parseJson(text: string): ManifestDocument | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return { document: 1, line: 1, content: { value: JSON.parse(text) } };
  } catch {
    // Ignored: the YAML parser says where the mistake is, and flow style YAML looks like JSON.
    return undefined;
  }
}

function parseYaml(text: string): ManifestDocument[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    uniqueKeys: true,
    merge: true,
    version: '1.2',
  });
  if (!Array.isArray(documents)) return [];
  const found: ManifestDocument[] = [];
  for (const parsed of documents as Document.Parsed[]) {
    if (isEmpty(parsed)) continue;
    const document = found.length + 1;
    const start = parsed.contents?.range?.[0] ?? parsed.range[0];
    found.push({ document, line: lineCounter.linePos(start).line, content: toContent(parsed) });
  }
  return found;
}

/** Nothing but comments, or a null: kubectl passes over it. */
function isEmpty({ contents, errors }: Document.Parsed): boolean {
  if (errors.length > 0) return false;
  return contents === null || (isScalar(contents) && contents.value === null);
}

function toContent(parsed: Document.Parsed): ManifestDocument['content'] {
  const [mistake] = parsed.errors;
  if (mistake) return { error: badRequest(`error parsing YAML: ${mistake.message.trimEnd()}`) };
  const wrongKey = findKeyThatIsNoText(parsed);
  if (wrongKey !== undefined)
    return { error: badRequest(`error parsing YAML: the key ${wrongKey} is not a text`) };
  try {
    const value: unknown = parsed.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    return { value };
  } catch (error) {
    return { error: badRequest(`error parsing YAML: ${(error as Error).message}`) };
  }
}

/** Objects have texts as keys; YAML also allows lists and maps there. Scalars are taken as texts, as JSON does. */
function findKeyThatIsNoText(parsed: Document.Parsed): string | undefined {
  let found: string | undefined;
  visit(parsed, {
    Pair(_, pair) {
      if (isCollection(pair.key) && !isAlias(pair.key)) {
        found = String(pair.key);
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}

function takeListApart(found: ManifestDocument): readonly ManifestDocument[] {
  if (!('value' in found.content)) return [found];
  const { value } = found.content;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    return [{ ...found, content: { error: badRequest(`expected an object, got ${what}`) } }];
  }
  const { kind, apiVersion, items } = value as {
    kind?: unknown;
    apiVersion?: unknown;
    items?: unknown;
  };
  if (apiVersion !== 'v1' || kind !== 'List' || !Array.isArray(items)) return [found];
  return items.map((item: unknown) => ({ ...found, content: { value: item } }));
}
