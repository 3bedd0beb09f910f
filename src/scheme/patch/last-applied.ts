import { badRequest } from '../errors.ts';
import { isJsonObject, type JsonObject } from './json-value.ts';

/** Where client-side apply keeps the manifest of the last apply. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

interface Annotated {
  readonly metadata?:
    | { readonly annotations?: Readonly<Record<string, string>> | undefined }
    | undefined;
}

/**
 * The manifest of the last apply, or undefined when the object was never applied.
 * @throws {ApiError} BadRequest when the annotation is no JSON object
 */
export function lastApplied(object: object): JsonObject | undefined {
  const { metadata } = object as Annotated;
  const text = metadata?.annotations?.[LAST_APPLIED_ANNOTATION];
  if (!text) return undefined;
  const manifest = parseJson(text);
  if (isJsonObject(manifest)) return manifest;
  throw badRequest(
    `the annotation ${LAST_APPLIED_ANNOTATION} holds no JSON object; remove it and apply again`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Ignored: the caller refuses whatever is no object, with a message that says what to do.
    return undefined;
  }
}

/** The manifest with itself in the annotation, as kubectl writes it. */
export function withLastApplied<T extends object>(manifest: T): T {
  const { metadata } = manifest as Annotated;
  const annotations = {
    ...metadata?.annotations,
    [LAST_APPLIED_ANNOTATION]: lastAppliedText(manifest),
  };
  return { ...manifest, metadata: { ...metadata, annotations } };
}

/** Compact JSON with sorted keys, without the annotation itself, and a line feed. */
export function lastAppliedText(manifest: object): string {
  const { metadata } = manifest as Annotated;
  const { [LAST_APPLIED_ANNOTATION]: _, ...annotations } = metadata?.annotations ?? {};
  const bare = { ...manifest, metadata: { ...metadata, annotations } };
  return `${escapeHtml(JSON.stringify(sortKeys(bare)))}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key])]));
}

/** Go's encoder writes these so, and kubectl compares the texts. */
function escapeHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
