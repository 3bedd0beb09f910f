import type { KindStrategy } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';
import { keepAllButStatus, keepStatus } from './status.ts';

const WITHOUT_STATUS: KindStrategy = {};

/** Status is reset on create, kept on update, and the only thing that `/status` changes. */
const WITH_STATUS: KindStrategy = {
  prepareForCreate(object: ApiObject & { status?: unknown }) {
    delete object.status;
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepAllButStatus,
};

/** How a kind behaves that has no strategy of its own; `hasStatus` when it has the `status` subresource. */
export function genericStrategy({ hasStatus }: { readonly hasStatus: boolean }): KindStrategy {
  return hasStatus ? WITH_STATUS : WITHOUT_STATUS;
}
