/** One of the alternatives of an Accept header. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** More alternatives than these no client has; the rest is not looked at. */
const MAX_RANGES = 64;

/** The alternatives of an Accept header, the most wanted first; what is not well-formed is left out. */
export function parseMediaRanges(accept: string | undefined): readonly MediaRange[] {
  if (accept === undefined || accept.trim() === '') return [ANYTHING];
  const ranges = accept.split(',', MAX_RANGES).flatMap((text) => parseMediaRange(text) ?? []);
  return ranges.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
}

const ANYTHING: MediaRange = { type: '*', subtype: '*', parameters: new Map(), quality: 1 };

/** The media type of a Content-Type header, without its parameters: `application/json`; '' when there is none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function parseMediaRange(text: string): MediaRange | undefined {
  const [name = '', ...parts] = text.split(';');
  const [type, subtype] = name.trim().toLowerCase().split('/', 2);
  if (!type || !subtype) return undefined;
  const parameters = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals > 0) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const quality = Number(parameters.get('q') ?? 1);
  return { type, subtype, parameters, quality: Number.isNaN(quality) ? 0 : quality };
}
