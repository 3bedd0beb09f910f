import type { ApiRequest } from './api-request.ts';
import type { RequestCost } from './fairness/request-cost.ts';
import type { RequestContext } from './request-context.ts';

/** Runs a request through what every request goes through: audit, fairness. */
export type Serve = <T>(
  ctx: RequestContext,
  request: ApiRequest,
  handle: (ctx: RequestContext) => Promise<T>,
) => Promise<T>;

/** Does something when its turn has come. @throws {ApiError} TooManyRequests when it does not come in time */
export type TakeTurn = <T>(
  ctx: RequestContext,
  cost: RequestCost,
  handle: (ctx: RequestContext) => Promise<T>,
) => Promise<T>;
