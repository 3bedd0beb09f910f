import type { ResourceRef } from '../../scheme/resource.ts';
import type { ApiRequest } from '../api-request.ts';
import type { Action } from '../authorization/authorizer.ts';

/** What a request does, and how many seats it takes while it is served. */
export interface RequestCost {
  readonly action: Action;
  readonly width: number;
}

/** A list takes a seat for each so many objects of its resource, … */
const OBJECTS_PER_SEAT = 100;
/** … a transaction for each so many writes, … */
const WRITES_PER_SEAT = 10;
/** … and nothing takes more than this. */
const MAX_SEATS = 10;

const WHOLE_RESOURCE_VERBS = new Set(['list', 'deletecollection']);
const NOTHING: RequestCost = { action: { verb: 'get', path: '/' }, width: 1 };

/**
 * What a call of the API costs. A transaction is of the flow of its first write.
 * @param sizeOf how many objects there are of a resource, as far as this process has them in memory
 */
export function costOf(
  requests: ApiRequest | readonly ApiRequest[],
  sizeOf: (ref: ResourceRef) => number,
): RequestCost {
  if (!isMany(requests)) return { action: actionOf(requests), width: widthOf(requests, sizeOf) };
  const [first] = requests;
  if (!first) return NOTHING;
  return { action: actionOf(first), width: bounded(requests.length / WRITES_PER_SEAT) };
}

const isMany = (requests: ApiRequest | readonly ApiRequest[]): requests is readonly ApiRequest[] =>
  Array.isArray(requests);

function actionOf({ name, namespace, ref, subresource, verb }: ApiRequest): Action {
  return { verb, resource: ref, subresource, namespace, name };
}

function widthOf({ ref, verb }: ApiRequest, sizeOf: (ref: ResourceRef) => number): number {
  return WHOLE_RESOURCE_VERBS.has(verb) ? bounded(sizeOf(ref) / OBJECTS_PER_SEAT) : 1;
}

const bounded = (seats: number): number => Math.max(1, Math.min(MAX_SEATS, Math.ceil(seats)));
