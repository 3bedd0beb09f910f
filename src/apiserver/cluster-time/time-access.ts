import { ApiError } from '../../scheme/errors.ts';
import type { ApiServerOptions } from '../api-server-options.ts';
import { type Authorizer, assertAuthorized } from '../authorization/authorizer.ts';
import type { RequestCost } from '../fairness/request-cost.ts';
import type { RequestContext } from '../request-context.ts';
import type { TakeTurn } from '../serve.ts';
import type { ClockChange } from './clock-state.ts';
import type { ClusterTime, Timekeeper } from './timekeeper.ts';

/** What a caller must be allowed to `update`: nobody but administrators is. It is served at no address. */
const CLUSTER_CLOCK = {
  group: 'orrery.dev',
  version: 'v1',
  resource: 'clocks',
  kind: 'Clock',
  namespaced: false,
} as const;

const COST: RequestCost = { action: { verb: 'update', resource: CLUSTER_CLOCK }, width: 1 };

export interface TimeAccessParts {
  readonly options: Pick<ApiServerOptions, 'auditor' | 'timekeeper'>;
  readonly authorizer: Authorizer;
  readonly takeTurn: TakeTurn;
}

/** The cluster's clock. */
export class TimeAccess {
  readonly #parts: TimeAccessParts;

  constructor(parts: TimeAccessParts) {
    this.#parts = parts;
  }

  /** What it shows: no secret to anybody who may come in. @throws {ApiError} NotFound where there is none */
  read(): ClusterTime {
    return this.#keeper.time;
  }

  /** @throws {ApiError} Forbidden, BadRequest, Conflict; NotFound where the clock cannot be steered */
  steer(ctx: RequestContext, change: ClockChange): Promise<ClusterTime> {
    const { auditor } = this.#parts.options;
    const request = { verb: 'update', ref: CLUSTER_CLOCK, name: 'cluster', body: change };
    const handle = (context: RequestContext): Promise<ClusterTime> =>
      this.#parts.takeTurn(context, COST, (turn) => this.#steer(turn, change));
    return auditor ? auditor.follow(ctx, request, handle) : handle(ctx);
  }

  async #steer({ user }: RequestContext, change: ClockChange): Promise<ClusterTime> {
    const { group, resource } = CLUSTER_CLOCK;
    const right = { verb: 'update', resource: { group, resource } };
    await assertAuthorized(this.#parts.authorizer, user, right);
    return this.#keeper.steer(change);
  }

  get #keeper(): Timekeeper {
    const { timekeeper } = this.#parts.options;
    if (timekeeper) return timekeeper;
    throw new ApiError('NotFound', 'this server has no clock of its own: it runs in real time');
  }
}
