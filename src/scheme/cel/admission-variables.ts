import type { Constructors } from './compiler.ts';
import { lazyObject } from './schema-types.ts';
import {
  BOOL,
  type CelType,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  objectOf,
  opaque,
  STRING,
  TIMESTAMP,
} from './types.ts';

const KIND = objectOf('kubernetes.GroupVersionKind', {
  group: STRING,
  version: STRING,
  kind: STRING,
});
const RESOURCE = objectOf('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});
const USER = objectOf('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

/** The variable `request`: the AdmissionRequest without its objects. */
const REQUEST = objectOf('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

/** The variable `namespaceObject`: what of a namespace does not change from hour to hour. */
const NAMESPACE = objectOf('kubernetes.Namespace', {
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectOf('kubernetes.NamespaceStatus', { phase: STRING }),
});

export const AUTHORIZER = 'authorizer';
export const REQUEST_RESOURCE = 'authorizer.requestResource';

/** What match conditions of webhooks may read. */
export const WEBHOOK_VARIABLES: Readonly<Record<string, CelType>> = {
  object: DYN,
  oldObject: DYN,
  request: REQUEST,
  [AUTHORIZER]: opaque('kubernetes.authorization.Authorizer'),
  [REQUEST_RESOURCE]: opaque('kubernetes.authorization.ResourceCheck'),
};

/** What a policy's expressions may read; `variables` is typed by what the policy defines. */
export function policyVariables(
  hasParams: boolean,
  variables: ObjectType,
): Readonly<Record<string, CelType>> {
  return {
    ...WEBHOOK_VARIABLES,
    namespaceObject: NAMESPACE,
    variables,
    ...(hasParams ? { params: DYN } : {}),
  };
}

const JSON_PATCH = objectOf('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN });

/** `Object{…}` with any fields, `Object.spec{…}` and so on, and `JSONPatch{…}`: what mutating policies make. */
export const MUTATION_CONSTRUCTORS: Constructors = {
  get(name) {
    if (name === 'JSONPatch') return JSON_PATCH;
    return /^Object(?:\.\w+)*$/.test(name) ? lazyObject(name, () => DYN) : undefined;
  },
};

export const MUTATED_OBJECT: CelType = lazyObject('Object', () => DYN);
export const JSON_PATCH_LIST: CelType = listOf(JSON_PATCH);
