import { ApiError, badRequest } from '../../scheme/errors.ts';
import type { PointInTime } from '../../store/store.ts';
import type { ListOptions } from '../client.ts';
import { type ContinuePosition, decodeContinue } from './continue-token.ts';

/** Which state a list shows. */
export type ListState =
  /** What this process has in memory. */
  | { readonly kind: 'any' }
  /** As new as every acknowledged write. */
  | { readonly kind: 'most-recent' }
  | { readonly kind: 'not-older-than'; readonly resourceVersion: string }
  | { readonly kind: 'exact'; readonly at: PointInTime };

/** What a list asks for, after Kubernetes' table of resourceVersion, its match rule, limit and continue. */
export interface ListPlan {
  readonly state: ListState;
  readonly limit: number | undefined;
  /** Begin after this object. */
  readonly after: ContinuePosition['after'] | undefined;
}

/** Reads the options of a list. @throws {ApiError} BadRequest, or Invalid for combinations that have no meaning */
export function planList(options: ListOptions): ListPlan {
  const limit = parseLimit(options.limit);
  if (options.continue) return planContinuation(options, limit);
  return { state: planState(options, limit), limit, after: undefined };
}

/** @throws {ApiError} BadRequest unless `text` is a resourceVersion that some server could have given out */
export function assertResourceVersion(text: string): void {
  if (/^\d{1,19}$/.test(text)) return;
  throw badRequest(
    `resourceVersion: Invalid value: ${JSON.stringify(text)}: must be the metadata.resourceVersion of an earlier answer`,
  );
}

function parseLimit(limit: number | undefined): number | undefined {
  if (limit === undefined || limit === 0) return undefined;
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw badRequest(`limit: Invalid value: ${limit}: must be a whole number that is not negative`);
}

function planContinuation(options: ListOptions, limit: number | undefined): ListPlan {
  if (options.resourceVersionMatch) {
    throw matchForbidden('resourceVersionMatch is forbidden when continue is provided');
  }
  if (options.at || (options.resourceVersion && options.resourceVersion !== '0')) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const { resourceVersion, after } = decodeContinue(options.continue ?? '');
  const state: ListState =
    resourceVersion === undefined
      ? { kind: 'most-recent' }
      : { kind: 'exact', at: { resourceVersion } };
  return { state, limit, after };
}

function planState(options: ListOptions, limit: number | undefined): ListState {
  const { resourceVersion, resourceVersionMatch: match, at } = options;
  if (at) {
    if (resourceVersion) throw badRequest('at and resourceVersion exclude each other');
    if ('resourceVersion' in at) assertResourceVersion(at.resourceVersion);
    return { kind: 'exact', at };
  }
  if (!resourceVersion) {
    if (match)
      throw matchForbidden('resourceVersionMatch is forbidden unless resourceVersion is provided');
    return { kind: 'most-recent' };
  }
  assertResourceVersion(resourceVersion);
  if (match === 'Exact') return planExact(resourceVersion);
  if (resourceVersion === '0') return { kind: 'any' };
  // Kubernetes' oldest clients page through a given version this way.
  if (!match && limit !== undefined) return planExact(resourceVersion);
  return { kind: 'not-older-than', resourceVersion };
}

function planExact(resourceVersion: string): ListState {
  if (resourceVersion === '0') {
    throw matchForbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  return { kind: 'exact', at: { resourceVersion } };
}

function matchForbidden(why: string): ApiError {
  const message = `Forbidden: ${why}`;
  return new ApiError(
    'Invalid',
    `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${message}`,
    {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' }],
    },
  );
}
