import type { RoleBinding, Subject } from '../generated/types/rbac-v1.ts';
import type { Subject as AlphaSubject } from '../generated/types/rbac-v1alpha1.ts';
import { type ApiObject, parseApiVersion, toApiVersion } from '../object.ts';
import type { Conversion } from './conversion.ts';
import { lossless } from './lossless.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** The bindings of rbac.authorization.k8s.io/v1alpha1, whose subjects have an apiVersion where v1 has a group. */
export const ROLE_BINDING_CONVERSION: Conversion = lossless(`${RBAC_GROUP}.v1alpha1`, {
  toStorage: (object) => withSubjects(object, toStoredSubject),
  fromStorage: (stored) => withSubjects(stored, fromStoredSubject),
});

function withSubjects<From, To>(object: ApiObject, change: (subject: From) => To): ApiObject {
  const { subjects } = object as RoleBinding;
  if (!subjects) return object;
  return { ...object, subjects: (subjects as From[]).map(change) } as ApiObject;
}

function toStoredSubject({ apiVersion, ...subject }: AlphaSubject): Subject {
  return apiVersion === undefined
    ? subject
    : { ...subject, apiGroup: parseApiVersion(apiVersion).group };
}

function fromStoredSubject({ apiGroup, ...subject }: Subject): AlphaSubject {
  if (apiGroup === undefined) return subject;
  const version = apiGroup === RBAC_GROUP ? 'v1alpha1' : 'v1';
  return { ...subject, apiVersion: toApiVersion(apiGroup, version) };
}
