/** Makes sure, at every start, of the roles and bindings that every cluster has. */
import { isApiError } from '../../../scheme/errors.ts';
import {
  rbacClusterRoleBindings,
  rbacClusterRoles,
  rbacRoleBindings,
  rbacRoles,
} from '../../../scheme/generated/resources.ts';
import type { ApiObject, ObjectList } from '../../../scheme/object.ts';
import type { ResourceRef } from '../../../scheme/resource.ts';
import type { NewObject, TransactionWrite } from '../../client.ts';
import {
  DEFAULT_CLUSTER_ROLE_BINDINGS,
  DEFAULT_CLUSTER_ROLES,
  DEFAULT_ROLE_BINDINGS,
  DEFAULT_ROLES,
} from './default-policy.ts';
import { isProtected, mendBinding, mendRole } from './reconcile-object.ts';

/** Other API servers that start at the same moment do the same; each race that is lost means that they got further. */
const MAX_ATTEMPTS = 10;

/** What reconciling does with the API: it goes through the whole pipeline like everybody else. */
export interface PolicyApi {
  list(ref: ResourceRef): Promise<ObjectList>;
  transaction(writes: readonly TransactionWrite[]): Promise<unknown>;
}

/** How the defaults of one resource are kept. */
interface Defaults {
  readonly ref: ResourceRef;
  readonly objects: readonly NewObject<ApiObject>[];
  readonly mend: (
    current: ApiObject,
    expected: NewObject<ApiObject>,
  ) => ApiObject | 'replace' | undefined;
}

/** The registry does not know the kinds: each `mend` is only ever called with objects of its own resource. */
const defaultsOf = <T extends ApiObject>(
  ref: ResourceRef<T>,
  objects: readonly NewObject<T>[],
  mend: (current: T, expected: NewObject<T>) => T | 'replace' | undefined,
): Defaults => ({ ref, objects, mend: mend as unknown as Defaults['mend'] });

const DEFAULTS: readonly Defaults[] = [
  defaultsOf(rbacClusterRoles, DEFAULT_CLUSTER_ROLES, mendRole),
  defaultsOf(rbacClusterRoleBindings, DEFAULT_CLUSTER_ROLE_BINDINGS, mendBinding),
  defaultsOf(rbacRoles, DEFAULT_ROLES, mendRole),
  defaultsOf(rbacRoleBindings, DEFAULT_ROLE_BINDINGS, mendBinding),
];

/** Creates what is missing and mends what lacks something; what is annotated against it is left alone. */
export async function reconcilePolicy(api: PolicyApi): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const writes = (await Promise.all(DEFAULTS.map((defaults) => plan(api, defaults)))).flat();
      if (writes.length === 0) return;
      await api.transaction(writes);
      // What had to be replaced is gone now, and is created by the next round.
      if (!writes.some(({ type }) => type === 'delete')) return;
    } catch (thrown) {
      const lostRace = isApiError(thrown, 'AlreadyExists', 'Conflict', 'NotFound');
      if (!lostRace || attempt === MAX_ATTEMPTS) throw thrown;
    }
  }
}

async function plan(api: PolicyApi, { mend, objects, ref }: Defaults): Promise<TransactionWrite[]> {
  const { items } = await api.list(ref);
  const current = new Map(items.map((item) => [placeOf(item), item]));
  const writes: TransactionWrite[] = [];
  for (const expected of objects) {
    const existing = current.get(placeOf(expected));
    if (!existing) writes.push({ type: 'create', ref, object: structuredClone(expected) });
    else if (!isProtected(existing))
      writes.push(...planMending(ref, existing, mend(existing, expected)));
  }
  return writes;
}

function planMending(
  ref: ResourceRef,
  { metadata }: ApiObject,
  mended: ApiObject | 'replace' | undefined,
): TransactionWrite[] {
  if (mended === undefined) return [];
  if (mended !== 'replace') return [{ type: 'update', ref, object: structuredClone(mended) }];
  const { name = '', namespace } = metadata;
  return [{ type: 'delete', ref, target: { name, namespace } }];
}

const placeOf = ({ metadata }: Pick<ApiObject, 'metadata'>): string =>
  `${metadata.namespace ?? ''}/${metadata.name}`;
