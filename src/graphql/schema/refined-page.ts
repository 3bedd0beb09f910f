/**
 * Pages of lists that are narrowed or ordered by fields. All pages of one list are of one moment: the token names it, and how
 * far the list has been read, so that nothing is shown twice or left out, whatever is written meanwhile.
 */
import { createHash } from 'node:crypto';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject, ObjectList } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { type Arguments, textArgument, toListOptions } from './arguments.ts';
import type { TypeLookup } from './field-types.ts';
import { refine } from './list-refinement.ts';

interface PageToken {
  readonly resourceVersion: string;
  /** How many objects the pages before have shown. */
  readonly offset: number;
  /** What list it is of: a token of another one would skip what it does not know. */
  readonly list: string;
}

export interface RefinedPage {
  readonly page: ObjectList;
  /** Every object that the list has, over all its pages. */
  readonly whole: readonly ApiObject[];
}

/** @throws {ApiError} BadRequest for a token of another list, Expired when its moment is past retention */
export async function readRefinedPage(
  definition: ResourceDefinition,
  lookup: TypeLookup,
  args: Arguments,
  ctx: RequestContext,
): Promise<RefinedPage> {
  const { limit, continue: _, ...options } = toListOptions(args);
  const list = fingerprint(definition, args);
  const token = readToken(textArgument(args, 'continue'), list);
  const { resourceVersion: at } = token ?? {};
  const moment = at === undefined ? options : { ...options, at: { resourceVersion: at } };
  const all = await ctx.reader.list(definition, moment);
  const whole = refine(all.items, args, { schemaName: definition.schemaName, lookup });
  const start = token?.offset ?? 0;
  const end = limit ? Math.min(start + limit, whole.length) : whole.length;
  const { resourceVersion } = all.metadata;
  const left = whole.length - end;
  const next = { resourceVersion, offset: end, list };
  const more = left > 0 ? { continue: writeToken(next), remainingItemCount: left } : {};
  const items = whole.slice(start, end);
  return { page: { ...all, metadata: { resourceVersion, ...more }, items }, whole };
}

/** What the pages of one list have in common. */
function fingerprint({ group, version, resource }: ResourceDefinition, args: Arguments): string {
  const { namespace, labelSelector, fieldSelector, where, orderBy } = args;
  const of = [group, version, resource, namespace, labelSelector, fieldSelector, where, orderBy];
  return createHash('sha256').update(JSON.stringify(of)).digest('base64url').slice(0, 22);
}

function writeToken({ resourceVersion, offset, list }: PageToken): string {
  return Buffer.from(JSON.stringify([resourceVersion, offset, list])).toString('base64url');
}

function readToken(text: string | undefined, list: string): PageToken | undefined {
  if (text === undefined) return undefined;
  const token = parseToken(text);
  if (!token)
    throw badRequest('continue key is not valid: it is not one of a list with where or orderBy');
  if (token.list === list) return token;
  throw badRequest('continue key is not valid: it is of a list with other arguments');
}

function parseToken(text: string): PageToken | undefined {
  try {
    const [resourceVersion, offset, list] = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isToken =
      typeof resourceVersion === 'string' && Number.isSafeInteger(offset) && offset >= 0;
    return isToken ? { resourceVersion, offset, list } : undefined;
  } catch {
    // Ignored: the caller says that it is none.
    return undefined;
  }
}
