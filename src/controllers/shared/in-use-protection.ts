/**
 * Protection of what is in use: an object carries a finalizer from its creation, and is let go after its deletion once nothing
 * uses it any more. Invariant: it is let go only where everything has been seen that used it before.
 */

import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { type ApiObject, keyOf } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { ignoreNotFound } from './api-errors.ts';
import { withFinalizer, withoutFinalizer } from './finalizers.ts';

/** Asked about objects that are being deleted, and only then. */
type IsInUse<T extends ApiObject> = (object: T) => boolean | Promise<boolean>;

export interface InUseProtectionOptions<T extends ApiObject> {
  /** The controller's name. */
  readonly name: string;
  /** What is protected. */
  readonly ref: ResourceRef<T>;
  readonly finalizer: string;
  /** Subscribes to what uses the objects, to add the key of each that may have come out of use. */
  setUp(context: ControllerContext): IsInUse<T>;
}

/** Its keys are those of the protected objects. */
export function createInUseProtection<T extends ApiObject>({
  name,
  ref,
  finalizer,
  setUp,
}: InUseProtectionOptions<T>): Controller {
  return {
    name,
    setUp(context) {
      const { client, informers, queue } = context;
      const objects = informers.informer(ref);
      const isInUse = setUp(context);
      const add = (object: T): void => {
        if (planProtection(object, finalizer) !== 'leave') queue.add(keyOf(object));
      };
      objects.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
      return async (key) => {
        const object = objects.get(key);
        if (!object) return done;
        const plan = planProtection(object, finalizer);
        if (plan === 'leave' || (plan === 'release' && (await isInUse(object)))) return done;
        const change = plan === 'hold' ? withFinalizer : withoutFinalizer;
        await ignoreNotFound(client.update(ref, change(object, finalizer)));
        return done;
      };
    },
  };
}

/**
 * What an object needs: to be held, because it is older than its protection; to be released once it is out of use, because it
 * is being deleted; or nothing. Pure.
 */
export function planProtection(
  { metadata: { deletionTimestamp, finalizers = [] } }: ApiObject,
  finalizer: string,
): 'hold' | 'leave' | 'release' {
  const isHeld = finalizers.includes(finalizer);
  if (isHeld) return deletionTimestamp === undefined ? 'leave' : 'release';
  return deletionTimestamp === undefined ? 'hold' : 'leave';
}
