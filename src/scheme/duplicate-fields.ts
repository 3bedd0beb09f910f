/** Fields that stand twice in one JSON object. `JSON.parse` keeps the last of them and does not tell. */

/**
 * The paths of the fields of `text` that its objects have twice: `spec.containers[0].name`. `value` is what `text` means.
 * Looks at the text closely only where it may hold more fields than the value has.
 */
export function duplicateFields(text: string, value: unknown): readonly string[] {
  const colons = text.match(/"\s*:/g)?.length ?? 0;
  // Each field of the value stands in the text at least once, and each in front of a colon.
  return colons === countFields(value) ? [] : scan(text);
}

/** Goes down without calling itself: a client may nest as deep as it likes. */
function countFields(value: unknown): number {
  let count = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    const items = Array.isArray(next) ? (next as readonly unknown[]) : Object.values(next);
    if (!Array.isArray(next)) count += items.length;
    for (const item of items) if (typeof item === 'object') waiting.push(item);
  }
  return count;
}

/** What the scanner is in: an object with the fields that it has had, or a list with the index it is at. */
type Frame =
  | { readonly kind: 'object'; readonly fields: Set<string>; field: string }
  | { readonly kind: 'list'; index: number };

/** A text, or one of the marks that JSON is made of. Numbers, `true`, `false` and `null` hold none. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs;

function scan(text: string): readonly string[] {
  const frames: Frame[] = [];
  const found = new Set<string>();
  let name = '';
  for (const [token] of text.matchAll(TOKENS)) {
    const frame = frames.at(-1);
    if (token === '{') frames.push({ kind: 'object', fields: new Set(), field: '' });
    else if (token === '[') frames.push({ kind: 'list', index: 0 });
    else if (token === '}' || token === ']') frames.pop();
    else if (token === ',') advance(frame);
    else if (token !== ':') name = token;
    else if (frame?.kind === 'object') enterField(frames, frame, name, found);
  }
  return [...found];
}

function advance(frame: Frame | undefined): void {
  if (frame?.kind === 'list') frame.index++;
}

function enterField(
  frames: readonly Frame[],
  frame: Extract<Frame, { kind: 'object' }>,
  token: string,
  found: Set<string>,
): void {
  frame.field = JSON.parse(token) as string;
  if (frame.fields.has(frame.field)) found.add(pathOf(frames));
  frame.fields.add(frame.field);
}

function pathOf(frames: readonly Frame[]): string {
  let path = '';
  for (const frame of frames) {
    if (frame.kind === 'list') path += `[${frame.index}]`;
    else path += path === '' ? frame.field : `.${frame.field}`;
  }
  return path;
}
