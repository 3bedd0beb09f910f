import type { ApiObject } from '../../scheme/object.ts';

/** A copy of `object` that `finalizer` holds as well; `object` itself when it does already, or there is none to add. */
export function withFinalizer<T extends ApiObject>(object: T, finalizer: string | undefined): T {
  const { finalizers = [] } = object.metadata;
  if (finalizer === undefined || finalizers.includes(finalizer)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] },
  };
}

/** A copy of `object` without `finalizer`; `object` itself when it does not have it. */
export function withoutFinalizer<T extends ApiObject>(object: T, finalizer: string | undefined): T {
  const { finalizers = [] } = object.metadata;
  if (finalizer === undefined || !finalizers.includes(finalizer)) return object;
  const left = finalizers.filter((name) => name !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers: left } };
}
