/** Makes sure, at a start, of objects that every cluster has. */
import { isApiError } from '../scheme/errors.ts';
import type { ApiObject, ObjectList } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { NewObject, TransactionWrite } from './client.ts';

/** Other API servers that start at the same moment do the same; each race that is lost means that they got further. */
const MAX_ATTEMPTS = 10;

/** What reconciling does with the API: it goes through the whole pipeline like everybody else. */
export interface DefaultsApi {
  list(ref: ResourceRef): Promise<ObjectList>;
  transaction(writes: readonly TransactionWrite[]): Promise<unknown>;
}

/** What becomes of a default that is there: what it is to be, `replace` where no update leads there, or nothing. */
export type Mending<T> = T | 'replace' | undefined;

/** How the defaults of one resource are kept. */
export interface DefaultObjects {
  readonly ref: ResourceRef;
  readonly objects: readonly NewObject<ApiObject>[];
  readonly mend: (current: ApiObject, expected: NewObject<ApiObject>) => Mending<ApiObject>;
  /** Whether what is there and is no default was one once, and goes. @default it stays */
  readonly wasDefault?: ((current: ApiObject) => boolean) | undefined;
}

/** Ties the type of the objects to that of `mend`, which is only ever called with objects of its own resource. */
export function defaultsOf<T extends ApiObject>(
  ref: ResourceRef<T>,
  objects: readonly NewObject<T>[],
  mend: (current: T, expected: NewObject<T>) => Mending<T>,
  wasDefault?: (current: T) => boolean,
): DefaultObjects {
  return {
    ref,
    objects,
    mend: mend as unknown as DefaultObjects['mend'],
    wasDefault: wasDefault as unknown as DefaultObjects['wasDefault'],
  };
}

/** Creates what is missing and mends what lacks something. */
export async function reconcileDefaults(
  api: DefaultsApi,
  defaults: readonly DefaultObjects[],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const writes = (await Promise.all(defaults.map((one) => plan(api, one)))).flat();
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

async function plan(
  api: DefaultsApi,
  { mend, objects, ref, wasDefault }: DefaultObjects,
): Promise<TransactionWrite[]> {
  const { items } = await api.list(ref);
  const current = new Map(items.map((item) => [placeOf(item), item]));
  const writes: TransactionWrite[] = [];
  for (const expected of objects) {
    const existing = current.get(placeOf(expected));
    if (!existing) writes.push({ type: 'create', ref, object: structuredClone(expected) });
    else writes.push(...planMending(ref, existing, mend(existing, expected)));
    current.delete(placeOf(expected));
  }
  for (const left of current.values()) {
    if (wasDefault?.(left)) writes.push(deletionOf(ref, left));
  }
  return writes;
}

function planMending(
  ref: ResourceRef,
  existing: ApiObject,
  mended: Mending<ApiObject>,
): TransactionWrite[] {
  if (mended === undefined) return [];
  if (mended === 'replace') return [deletionOf(ref, existing)];
  return [{ type: 'update', ref, object: structuredClone(mended) }];
}

function deletionOf(ref: ResourceRef, { metadata }: ApiObject): TransactionWrite {
  const { name = '', namespace } = metadata;
  return { type: 'delete', ref, target: { name, namespace } };
}

const placeOf = ({ metadata }: Pick<ApiObject, 'metadata'>): string =>
  `${metadata.namespace ?? ''}/${metadata.name}`;
