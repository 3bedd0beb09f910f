import type { RuntimeClass } from '../generated/types/node-v1.ts';
import type { RuntimeClass as AlphaRuntimeClass } from '../generated/types/node-v1alpha1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';

/** The RuntimeClass of node.k8s.io/v1alpha1, which has in a spec what v1 has in the object itself. */
export const RUNTIME_CLASS_CONVERSION: Conversion = {
  toStorage(object) {
    const { spec, ...runtimeClass } = object as unknown as AlphaRuntimeClass;
    const { runtimeHandler, ...fields } = spec ?? {};
    return { ...runtimeClass, ...fields, handler: runtimeHandler } as ApiObject;
  },
  fromStorage(stored) {
    const { handler, overhead, scheduling, ...runtimeClass } = stored as RuntimeClass;
    const spec = {
      ...(overhead ? { overhead } : {}),
      runtimeHandler: handler,
      ...(scheduling ? { scheduling } : {}),
    };
    return { ...runtimeClass, spec } as unknown as ApiObject;
  },
};
