/** One range of an Accept header: `application/json;as=Table;v=v1;g=meta.k8s.io;q=0.9`. */
export interface MediaRange {
  /** In lower case; may be `application/*` or `*`+`/*`. */
  readonly type: string;
  /** All but `q`, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0, not at all, to 1. */
  readonly quality: number;
}

/** The ranges of an Accept header, the most wanted first; anything at all where there is no header. */
export function parseAccept(header: string | undefined): readonly MediaRange[] {
  const ranges = (header ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseRange);
  if (ranges.length === 0) return [parseRange('*/*')];
  return ranges.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
}

function parseRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals > 0) parameters.set(part.slice(0, equals).toLowerCase(), part.slice(equals + 1));
  }
  const quality = Number(parameters.get('q') ?? 1);
  parameters.delete('q');
  return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 0 };
}

/** Whether `range` takes `type`, whatever its parameters say. */
export function takes(range: MediaRange, type: string): boolean {
  if (range.type === type || range.type === '*/*') return true;
  return range.type.endsWith('/*') && type.startsWith(range.type.slice(0, -1));
}
