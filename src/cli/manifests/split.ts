/** A part of a manifest that is too long for one request. */
export interface ManifestPart {
  readonly text: string;
  /** How many lines come before it. */
  readonly linesBefore: number;
}

/** Half of what a server takes at most by default, for a JSON string is longer than the text in it. */
const MAX_PART_LENGTH = 4_000_000;

/**
 * Cuts a text of YAML documents between documents, so that no part is longer than `maxLength` unless a single document is.
 * A line that begins with `---` ends a document wherever it stands, which is YAML's own rule.
 */
export function splitManifest(text: string, maxLength = MAX_PART_LENGTH): readonly ManifestPart[] {
  if (text.length <= maxLength) return [{ text, linesBefore: 0 }];
  const parts: ManifestPart[] = [];
  let start = 0;
  let linesBefore = 0;
  let lastBoundary = 0;
  const cut = (end: number): void => {
    const part = text.slice(start, end);
    parts.push({ text: part, linesBefore });
    linesBefore += countLines(part);
    start = end;
  };
  for (const { index } of text.matchAll(/^---(?=\s|$)/gm)) {
    if (index - start > maxLength && lastBoundary > start) cut(lastBoundary);
    lastBoundary = index;
  }
  if (text.length - start > maxLength && lastBoundary > start) cut(lastBoundary);
  cut(text.length);
  return parts;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** A line that is neither empty nor a comment nor a mark between documents. */
const CONTENT = /^(?![ \t\r]*(?:#|$)|---[ \t\r]*(?:#|$)|\.\.\.[ \t\r]*$)./m;

/** Whether there is anything in the text but comments. */
export function hasContent(text: string): boolean {
  return CONTENT.test(text);
}
