import type { KindStrategy } from '../kind-strategy.ts';
import { WITH_STATUS_ALONE } from './status.ts';

const WITHOUT_STATUS: KindStrategy = {};

/** How a kind behaves that has no strategy of its own; `hasStatus` when it has the `status` subresource. */
export function genericStrategy({ hasStatus }: { readonly hasStatus: boolean }): KindStrategy {
  return hasStatus ? WITH_STATUS_ALONE : WITHOUT_STATUS;
}
