import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';
import { renameFields } from './rename-fields.ts';

type WithSpec = ApiObject & { readonly spec?: object };

function renameInSpec(object: ApiObject, from: string, to: string): ApiObject {
  const { spec } = object as WithSpec;
  if (!spec) return object;
  return { ...object, spec: renameFields(spec, new Map([[from, to]])) } as ApiObject;
}

/** The access reviews of authorization.k8s.io/v1beta1, which call the groups of a user `group`. */
export const ACCESS_REVIEW_CONVERSION: Conversion = {
  toStorage: (object) => renameInSpec(object, 'group', 'groups'),
  fromStorage: (stored) => renameInSpec(stored, 'groups', 'group'),
};
