/**
 * One step of a field's path, in the words of Kubernetes' FieldsV1: `f:<name>` for a member, `k:<keys as JSON>` for an element
 * of a keyed list, `v:<value as JSON>` for an element of a set, `i:<index>` for an element by place.
 */
export type PathElement = string;

/** What a set's own path is called inside of it. */
export const SELF = '.';

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

export function valueElement(value: unknown): PathElement {
  return `v:${JSON.stringify(value)}`;
}

/** `text` with its keys in order; undefined unless it is a path element as FieldsV1 writes them. */
export function canonicalElement(text: string): PathElement | undefined {
  const body = text.slice(2);
  switch (text.slice(0, 2)) {
    case 'f:':
      return text;
    case 'i:':
      return /^\d+$/.test(body) ? text : undefined;
    case 'v:':
      return canonicalValue(body);
    case 'k:':
      return canonicalKeys(body);
    default:
      return undefined;
  }
}

function canonicalValue(body: string): PathElement | undefined {
  const value = parseJson(body);
  return value === undefined ? undefined : valueElement(value);
}

function canonicalKeys(body: string): PathElement | undefined {
  const keys = parseJson(body);
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) return undefined;
  const sorted = Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:${JSON.stringify(Object.fromEntries(sorted))}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Ignored: the caller says what is wrong with the element as a whole.
    return undefined;
  }
}

/** As messages write it: `.spec`, `[name="nginx"]`, `[="finalizer"]`, `[0]`. */
export function formatElement(element: PathElement): string {
  const body = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'k:': {
      const keys = Object.entries(JSON.parse(body) as Record<string, unknown>);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v:':
      return `[=${body}]`;
    case 'i:':
      return `[${body}]`;
    default:
      return `.${body}`;
  }
}

/**
 * Path elements in the texts that are stored: names as they are, everything else in brackets. Quotes and backslashes do not
 * occur, so that a text that is put into JSON stays as it is.
 */
export function encodeElement(element: PathElement): string {
  const kind = element[0] as string;
  const body = element.slice(2);
  if (kind === 'f') return encodeName(body);
  return `[${kind}${percentEncode(body, /[%\]'\\]/g).replaceAll('"', "'")}]`;
}

const PLAIN_NAME = /^[A-Za-z0-9_$/-][A-Za-z0-9_$./-]*$/;

export function encodeName(name: string): string {
  return PLAIN_NAME.test(name) ? name : percentEncode(name, /[^A-Za-z0-9_$/-]/gu) || EMPTY_NAME;
}

/** Stands for the name that has no characters. */
const EMPTY_NAME = '%';

function percentEncode(text: string, special: RegExp): string {
  return text.replace(special, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  );
}

/** The inverse of {@link encodeElement}. */
export function decodeElement(text: string): PathElement {
  if (!text.startsWith('[')) return `f:${text === EMPTY_NAME ? '' : decodeURIComponent(text)}`;
  const body = text.slice(2, -1).replaceAll("'", '"');
  return `${text[1]}:${decodeURIComponent(body)}`;
}
