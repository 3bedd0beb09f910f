import { badRequest } from '../../scheme/errors.ts';

/** Where the next part of a list begins. Clients see it encoded and must not look inside. */
export interface ContinuePosition {
  /** The version of the snapshot; undefined goes on with whatever is current (what an expired token is exchanged for). */
  readonly resourceVersion: string | undefined;
  /** The last object that was delivered. */
  readonly after: { readonly namespace: string; readonly name: string };
}

/** Tokens of another format are refused rather than misread. */
const FORMAT = 1;

export function encodeContinue({ resourceVersion, after }: ContinuePosition): string {
  const content = [FORMAT, resourceVersion ?? null, after.namespace, after.name];
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws {ApiError} BadRequest when `token` is none of ours */
export function decodeContinue(token: string): ContinuePosition {
  const content = parse(token);
  if (Array.isArray(content) && content.length === 4 && content[0] === FORMAT) {
    const [, version, namespace, name] = content as unknown[];
    const hasVersion = typeof version === 'string' && /^\d+$/.test(version);
    if (
      (hasVersion || version === null) &&
      typeof namespace === 'string' &&
      typeof name === 'string'
    ) {
      return { resourceVersion: version ?? undefined, after: { namespace, name } };
    }
  }
  throw badRequest(
    'continue key is not valid: it must be the metadata.continue of an earlier list',
  );
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    // Ignored: whatever does not parse is refused by the caller.
    return undefined;
  }
}
