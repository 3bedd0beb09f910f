import { ApiError } from '../../scheme/errors.ts';
import { type Authorizer, assertAuthorized } from '../authorization/authorizer.ts';
import type { UserInfo } from '../client.ts';
import type { ClockChange } from './clock-state.ts';
import type { ClusterTime, Timekeeper } from './timekeeper.ts';

/** What a caller must be allowed to `update`: nobody but administrators is. It is served at no address. */
export const CLUSTER_CLOCK = {
  group: 'orrery.dev',
  version: 'v1',
  resource: 'clocks',
  kind: 'Clock',
  namespaced: false,
} as const;

/** @throws {ApiError} Forbidden, BadRequest, Conflict; NotFound where the clock cannot be steered */
export async function steerTime(
  timekeeper: Timekeeper | undefined,
  { authorizer, user }: { readonly authorizer: Authorizer; readonly user: UserInfo },
  change: ClockChange,
): Promise<ClusterTime> {
  const { group, resource } = CLUSTER_CLOCK;
  await assertAuthorized(authorizer, user, { verb: 'update', resource: { group, resource } });
  return keeperOf(timekeeper).steer(change);
}

/** @throws {ApiError} NotFound where there is none */
export function keeperOf(timekeeper: Timekeeper | undefined): Timekeeper {
  if (timekeeper) return timekeeper;
  throw new ApiError('NotFound', 'this server has no clock of its own: it runs in real time');
}
